/** Tables under the hand, with the code of rare blocks: what is pasted into a cell, and gaps that are clicked. */
import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { type EditorState, Plugin, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { cellPlaceOf, clearCells } from "./cell-place.ts";
import { fillGap } from "./table-commands.ts";

export function tableHandPlugin(): Plugin {
  return new Plugin({
    props: {
      handlePaste: (view, _event, slice) => pasteIntoCell(view, slice),
      handleDOMEvents: { mousedown: (view, event) => clickGap(view, event) },
    },
  });
}

/** A cell holds words: of what is pasted into it the text comes in, a block a line, a table's cells between tabs. */
function pasteIntoCell(view: EditorView, slice: Slice): boolean {
  const { state } = view;
  if (cellPlaceOf(state) === null) return false;
  const inline = inlineOf(state, slice.content);
  let { tr } = state;
  if (!state.selection.$from.sameParent(state.selection.$to))
    clearCells(state, (cleared) => {
      tr = cleared;
    });
  tr.replaceSelection(new Slice(inline, 0, 0)).scrollIntoView();
  view.dispatch(tr.setMeta("paste", true).setMeta("uiEvent", "paste"));
  return true;
}

function inlineOf({ schema }: EditorState, content: Fragment): Fragment {
  let all = Fragment.empty;
  const add = (node: ProseMirrorNode, between: string) => {
    const inside = node.isTextblock ? node.content : node.isInline ? Fragment.from(node) : null;
    if (inside === null) {
      let separator = between;
      node.forEach((child) => {
        add(child, separator);
        separator = node.type.name === "tableRow" ? "\t" : "\n";
      });
      return;
    }
    if (all.size > 0 && !node.isInline) all = all.append(Fragment.from(schema.text(between)));
    all = all.append(inside);
  };
  content.forEach((node) => void add(node, "\n"));
  return all;
}

function clickGap(view: EditorView, event: MouseEvent): boolean {
  const gap = (event.target as Element).closest?.("td.gap");
  if (!gap || !view.editable) return false;
  const $at = view.state.doc.resolve(view.posAtDOM(gap, 0));
  const table = $at.node(1);
  const at = $at.parent.type.name === "tableRow" ? $at.pos : $at.before();
  if (table?.type.name !== "table" || view.state.doc.nodeAt(at)?.type.name !== "tableGap") return false;
  event.preventDefault();
  const { tr } = view.state;
  fillGap(tr, table, at);
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)));
  view.focus();
  return true;
}
