/** Chosen blocks as they are drawn, their keys (for keymap.ts), and what is copied of them. */
import { chainCommands } from "@tiptap/pm/commands";
import { type Command, type EditorState, Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { type Chosen, chosenKey, chosenOf, chosenRange, isShown, setChosen } from "./chosen.ts";
import {
  chooseAll,
  chooseHere,
  deleteChosen,
  duplicate,
  leaveChosen,
  stepChosen,
} from "./chosen-commands.ts";
import { markChosen } from "./chosen-marks.ts";
import { blockByIndex, shiftDepth } from "./commands.ts";
import { moveBlock } from "./move-block.ts";

/** The keys of chosen blocks; each is not theirs while none is chosen, but Escape, which chooses. */
export function chosenKeys(step: (command: Command) => Command): Readonly<Record<string, Command>> {
  /** Only while blocks are chosen. */
  const chosen =
    (command: Command): Command =>
    (state, dispatch, view) =>
      chosenOf(state) !== null && command(state, dispatch, view);
  return {
    Escape: chainCommands(leaveChosen, chooseHere),
    Enter: leaveChosen,
    "Shift-Enter": leaveChosen,
    ArrowUp: stepChosen(-1, false),
    ArrowDown: stepChosen(1, false),
    "Shift-ArrowUp": stepChosen(-1, true),
    "Shift-ArrowDown": stepChosen(1, true),
    "Mod-a": chooseAll,
    Backspace: step(deleteChosen),
    "Mod-Backspace": step(deleteChosen),
    Delete: step(deleteChosen),
    "Mod-Delete": step(deleteChosen),
    "Mod-d": step(duplicate),
    Tab: chosen(step(shiftDepth(1))),
    "Shift-Tab": chosen(step(shiftDepth(-1))),
    "Alt-Shift-ArrowUp": chosen(step(moveBlock(-1))),
    "Alt-Shift-ArrowDown": chosen(step(moveBlock(1))),
    "Mod-b": chosen(step(markChosen("bold"))),
    "Mod-i": chosen(step(markChosen("italic"))),
    "Mod-u": chosen(step(markChosen("underline"))),
    "Mod-Shift-s": chosen(step(markChosen("strike"))),
    "Mod-e": chosen(step(markChosen("code"))),
    "Mod-Shift-e": chosen(step(markChosen("math"))),
  };
}

export function chosenPlugin(): Plugin<Chosen | null> {
  return new Plugin<Chosen | null>({
    key: chosenKey,
    state: {
      init: () => null,
      apply(transaction, before, _old, state) {
        const told = transaction.getMeta(chosenKey);
        if (told !== undefined) return told;
        // a caret that the person sets elsewhere ends it; what others do does not
        if (before && transaction.selectionSet && !transaction.docChanged) return null;
        return before && isShown(state.doc, before) ? before : null;
      },
    },
    props: {
      decorations: drawChosen,
      attributes: (state): Record<string, string> =>
        chosenOf(state) === null ? {} : { "data-choosing": "" },
      handleTextInput: (view) => chosenOf(view.state) !== null,
      handleDOMEvents: {
        copy: (view, event) => copyChosen(view, event),
        cut: (view, event) => copyChosen(view, event) && deleteChosen(view.state, view.dispatch),
        mousedown: (view) => endChoosing(view),
      },
    },
  });
}

function drawChosen(state: EditorState): DecorationSet | null {
  const range = chosenRange(state);
  if (range === null) return null;
  const drawn: Decoration[] = [];
  for (let { pos } = blockByIndex(state.doc, range.first), at = range.first; at < range.end; at++) {
    const { nodeSize } = state.doc.child(at);
    drawn.push(Decoration.node(pos, pos + nodeSize, { class: "chosen" }));
    pos += nodeSize;
  }
  return DecorationSet.create(state.doc, drawn);
}

/** Whole blocks: pasted they stay blocks, as text they are lines. */
function copyChosen(view: EditorView, event: ClipboardEvent): boolean {
  const range = chosenRange(view.state);
  if (range === null || !event.clipboardData) return false;
  const { doc } = view.state;
  const from = blockByIndex(doc, range.first).pos;
  const to = range.end < doc.childCount ? blockByIndex(doc, range.end).pos : doc.content.size;
  const { dom, text } = view.serializeForClipboard(doc.slice(from, to));
  event.preventDefault();
  event.clipboardData.clearData();
  event.clipboardData.setData("text/html", dom.innerHTML);
  event.clipboardData.setData("text/plain", text);
  return true;
}

function endChoosing(view: EditorView): boolean {
  if (chosenOf(view.state) !== null) view.dispatch(setChosen(view.state.tr, null));
  return false;
}
