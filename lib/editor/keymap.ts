/** The keys of the document body. */
import { chainCommands, deleteSelection, selectNodeBackward, selectNodeForward } from "@tiptap/pm/commands";
import { keydownHandler } from "@tiptap/pm/keymap";
import { type Command, Plugin } from "@tiptap/pm/state";
import type { UndoManager } from "yjs";
import { nodeText } from "./block-nodes.ts";
import { clearCells, stayInCell } from "./cell-place.ts";
import { toggleTasks } from "./chosen-commands.ts";
import { chosenKeys } from "./chosen-plugin.ts";
import { shiftColumn } from "./columns-commands.ts";
import {
  blockAt,
  isAttachment,
  joinBackwardCommand,
  joinForwardCommand,
  newline,
  setBlock,
  shiftDepth,
  splitBlockCommand,
  turnInto,
} from "./commands.ts";
import { leaveInside, showBeside, splitInside } from "./inside-commands.ts";
import { mathFence } from "./math-keys.ts";
import { moveBlock } from "./move-block.ts";
import { toggleFold } from "./nesting.ts";
import { readPage } from "./read-page.ts";
import { selectWider } from "./select-wider.ts";
import { stayAtStart, stepAcross, stepLine, toStart } from "./step-line.ts";
import { cellBelow, goToCell, moveColumn, moveRow } from "./table-commands.ts";
import { OWN_STEP } from "./undo-steps.ts";

/** ``` and Enter makes code. */
const fence: Command = (state, dispatch) => {
  const { node, pos } = blockAt(state.doc, state.selection.from);
  const language = /^```([a-z0-9+#-]*)$/i.exec(nodeText(node))?.[1];
  if (language === undefined || !node.isTextblock || node.type.spec.code || isAttachment(node)) return false;
  const tr = state.tr.delete(pos + 1, pos + 1 + node.content.size);
  dispatch?.(setBlock(tr, pos, "code", language ? { language } : {}));
  return true;
};

/** Code carries no marks, and no browser is to answer their keys there with its own tools. */
const inCode: Command = ({ selection: { $from } }) => $from.parent.type.spec.code === true;

/** Ticks tasks, folds a toggle. */
const toggleHere: Command = (state, dispatch) => {
  const { pos } = blockAt(state.doc, state.selection.from);
  return chainCommands(toggleTasks, toggleFold(pos))(state, dispatch);
};

const MARK_KEYS = ["Mod-b", "Mod-i", "Mod-u", "Mod-Shift-s", "Mod-e", "Mod-Shift-e"];

const back = chainCommands(
  clearCells,
  deleteSelection,
  stayInCell("start"),
  showBeside(-1),
  joinBackwardCommand,
  selectNodeBackward,
);
const forward = chainCommands(
  clearCells,
  deleteSelection,
  stayInCell("end"),
  showBeside(1),
  joinForwardCommand,
  selectNodeForward,
);

/**
 * What each key does; shortcuts.ts lists them for people.
 * @param undo takes back this person's own changes only.
 */
export function bodyKeys(undo: UndoManager): Readonly<Record<string, Command>> {
  /** A change of structure is undone by itself, not together with the typing before it or behind it. */
  const step =
    (command: Command): Command =>
    (state, dispatch, view) => {
      if (dispatch) undo.stopCapturing();
      return command(state, dispatch && ((tr) => dispatch(tr.setMeta(OWN_STEP, true))), view);
    };
  const history =
    (direction: "undo" | "redo"): Command =>
    () => {
      undo[direction]();
      return true;
    };
  const keys: Record<string, Command> = {
    Enter: step(chainCommands(cellBelow, fence, mathFence, splitInside, leaveInside, splitBlockCommand)),
    "Shift-Enter": newline,
    "Mod-Enter": step(toggleHere),
    Backspace: step(back),
    "Mod-Backspace": step(back),
    Delete: step(forward),
    "Mod-Delete": step(forward),
    "Mod-a": selectWider,
    ArrowUp: stepLine(-1),
    ArrowDown: stepLine(1),
    ArrowLeft: chainCommands(stayAtStart, stepAcross(-1)),
    ArrowRight: stepAcross(1),
    "Mod-Home": toStart(false),
    "Mod-Shift-Home": toStart(true),
    Tab: step(chainCommands(goToCell(1), shiftDepth(1))),
    "Shift-Tab": step(chainCommands(goToCell(-1), shiftDepth(-1))),
    "Alt-Shift-ArrowUp": step(chainCommands(moveRow(-1), moveBlock(-1))),
    "Alt-Shift-ArrowDown": step(chainCommands(moveRow(1), moveBlock(1))),
    "Alt-Shift-ArrowLeft": step(chainCommands(moveColumn(-1), shiftColumn(-1))),
    "Alt-Shift-ArrowRight": step(chainCommands(moveColumn(1), shiftColumn(1))),
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
    ...Object.fromEntries(MARK_KEYS.map((key) => [key, inCode])),
  };
  for (const [key, command] of Object.entries(chosenKeys(step))) {
    const other = keys[key];
    keys[key] = other ? chainCommands(command, other) : command;
  }
  return keys;
}

export function keymapPlugin(undo: UndoManager): Plugin {
  const handleKeyDown = keydownHandler(bodyKeys(undo));
  let leaves = false;
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown: (view) => {
          readPage(view);
          return false;
        },
      },
      // Escape, then Tab: out of the text. Without it nobody who has only a keyboard gets past the body.
      handleKeyDown(view, event) {
        if (event.key === "Escape") leaves = true;
        else if (event.key === "Tab" && leaves) return false;
        else if (event.key !== "Shift") leaves = false;
        return event.key === "Tab" && leaves ? false : handleKeyDown(view, event);
      },
    },
  });
}
