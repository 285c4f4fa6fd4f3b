/** The keys of the document body. */
import {
  chainCommands,
  deleteSelection,
  selectAll,
  selectNodeBackward,
  selectNodeForward,
} from "@tiptap/pm/commands";
import { keydownHandler } from "@tiptap/pm/keymap";
import { type Command, Plugin } from "@tiptap/pm/state";
import type { UndoManager } from "yjs";
import {
  blockAt,
  joinBackwardCommand,
  joinForwardCommand,
  moveBlock,
  newline,
  setBlock,
  shiftDepth,
  splitBlockCommand,
  toggleTask,
  turnInto,
} from "./commands.ts";

/** ``` and Enter makes code. */
const fence: Command = (state, dispatch) => {
  const { node, pos } = blockAt(state.doc, state.selection.from);
  const language = /^```([a-z0-9+#-]*)$/i.exec(node.textContent)?.[1];
  if (language === undefined || node.type.spec.code) return false;
  const tr = state.tr.delete(pos + 1, pos + 1 + node.content.size);
  dispatch?.(setBlock(tr, pos, "code", language ? { language } : {}));
  return true;
};

const toggleHere: Command = (state, dispatch) =>
  toggleTask(blockAt(state.doc, state.selection.from).pos)(state, dispatch);

/** @param undo takes back this person's own changes only. */
export function keymapPlugin(undo: UndoManager): Plugin {
  /** A change of structure is undone by itself, not together with the typing before it. */
  const step =
    (command: Command): Command =>
    (state, dispatch, view) => {
      if (dispatch) undo.stopCapturing();
      return command(state, dispatch, view);
    };
  const history =
    (direction: "undo" | "redo"): Command =>
    () => {
      undo[direction]();
      return true;
    };
  const keys: Record<string, Command> = {
    Enter: step(chainCommands(fence, splitBlockCommand)),
    "Shift-Enter": newline,
    "Mod-Enter": step(toggleHere),
    Backspace: step(chainCommands(deleteSelection, joinBackwardCommand, selectNodeBackward)),
    "Mod-Backspace": step(chainCommands(deleteSelection, joinBackwardCommand, selectNodeBackward)),
    Delete: step(chainCommands(deleteSelection, joinForwardCommand, selectNodeForward)),
    "Mod-Delete": step(chainCommands(deleteSelection, joinForwardCommand, selectNodeForward)),
    "Mod-a": selectAll,
    Tab: step(shiftDepth(1)),
    "Shift-Tab": step(shiftDepth(-1)),
    "Alt-Shift-ArrowUp": step(moveBlock(-1)),
    "Alt-Shift-ArrowDown": step(moveBlock(1)),
    "Mod-z": history("undo"),
    "Mod-Shift-z": history("redo"),
    "Mod-y": history("redo"),
    "Mod-Alt-0": step(turnInto("paragraph")),
    "Mod-Alt-1": step(turnInto("heading1")),
    "Mod-Alt-2": step(turnInto("heading2")),
    "Mod-Alt-3": step(turnInto("heading3")),
    "Mod-Shift-7": step(turnInto("number")),
    "Mod-Shift-8": step(turnInto("bullet")),
    "Mod-Shift-9": step(turnInto("task", { checked: false })),
  };
  return new Plugin({ props: { handleKeyDown: keydownHandler(keys) } });
}
