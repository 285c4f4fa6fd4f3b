/** Where one undo step ends and the next begins: typing runs together, everything else stands by itself. */
import { Plugin } from "@tiptap/pm/state";
import type { UndoManager } from "yjs";
import { REMOTE } from "./binding.ts";

export function undoStepsPlugin(undo: UndoManager): Plugin {
  return new Plugin({
    filterTransaction(transaction, { selection }) {
      if (!transaction.docChanged || transaction.getMeta(REMOTE)) return true;
      const isTyping = selection.empty && transaction.steps.length === 1 && !transaction.getMeta("paste");
      if (!isTyping) undo.stopCapturing();
      return true;
    },
  });
}
