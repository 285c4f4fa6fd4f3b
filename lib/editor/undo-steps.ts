/** Where one undo step ends and the next begins: typing runs together, everything else stands by itself. */
import { Plugin } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import type { UndoManager } from "yjs";
import { REMOTE } from "./binding.ts";

export function undoStepsPlugin(undo: UndoManager): Plugin {
  return new Plugin({
    filterTransaction(transaction, { selection }) {
      if (!transaction.docChanged || transaction.getMeta(REMOTE)) return true;
      const [step, ...others] = transaction.steps;
      const isText = step instanceof ReplaceStep && others.length === 0;
      const isTyping = selection.empty && isText && !transaction.getMeta("paste");
      if (!isTyping) undo.stopCapturing();
      return true;
    },
  });
}
