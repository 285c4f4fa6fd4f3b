/** Tables under the hand: heads and alignment as they are drawn, paste and cut within cells, gaps that are clicked. */
import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { type EditorState, Plugin, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { alignAttribute, columnsOf } from "../core/table.ts";
import { changedNodes } from "./changed-range.ts";
import { isTable } from "./outline-nodes.ts";
import { cellPlaceOf, clearCells, fillGap } from "./table-commands.ts";

export function tablePlugin(): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    state: {
      init: (_, state) => drawTables(state.doc),
      apply(transaction, drawn, { doc: before }) {
        if (!transaction.docChanged) return drawn;
        const { doc } = transaction;
        if (changedNodes(before, doc).some(isTable)) return drawTables(doc);
        return drawn.map(transaction.mapping, doc);
      },
    },
    props: {
      decorations(state) {
        return this.getState(state);
      },
      handlePaste: (view, _event, slice) => pasteIntoCell(view, slice),
      handleTextInput: (view, _from, _to, text) => {
        if (!clearCells(view.state, view.dispatch)) return false;
        view.dispatch(view.state.tr.insertText(text));
        return true;
      },
      handleDOMEvents: {
        cut: (view, event) => cutCells(view, event),
        mousedown: (view, event) => clickGap(view, event),
      },
    },
  });
}

const ALIGNS = new Set<unknown>(["center", "right"]);

function drawTables(doc: ProseMirrorNode): DecorationSet {
  const drawn: Decoration[] = [];
  doc.forEach((table, pos) => {
    if (isTable(table)) drawTable(table, pos, drawn);
  });
  return drawn.length > 0 ? DecorationSet.create(doc, drawn) : DecorationSet.empty;
}

function drawTable(table: ProseMirrorNode, pos: number, drawn: Decoration[]): void {
  const { props } = table.attrs;
  const aligns = columnsOf(props).map(({ id }) => props[alignAttribute(id)]);
  const isPlain = !aligns.some((align) => ALIGNS.has(align));
  table.forEach((row, rowOffset, rowIndex) => {
    const isHead = rowIndex === 0 && props.header === true;
    if (!isHead && isPlain) return;
    row.forEach((cell, cellOffset, column) => {
      const attributes: Record<string, string> = isHead ? { class: "head" } : {};
      // a heading that says nothing is none to those who hear the page
      if (isHead && cell.content.size > 0) attributes.role = "columnheader";
      if (ALIGNS.has(aligns[column])) attributes.style = `text-align: ${aligns[column]}`;
      const from = pos + 1 + rowOffset + 1 + cellOffset;
      if (Object.keys(attributes).length > 0)
        drawn.push(Decoration.node(from, from + cell.nodeSize, attributes));
    });
  });
}

/** A cell holds words: of what is pasted into it the text comes in, a block a line, a table's cells between tabs. */
function pasteIntoCell(view: EditorView, slice: Slice): boolean {
  const { state } = view;
  if (cellPlaceOf(state) === null) return false;
  const inline = inlineOf(state, slice.content);
  if (!state.selection.$from.sameParent(state.selection.$to)) clearCells(state, view.dispatch);
  view.dispatch(view.state.tr.replaceSelection(new Slice(inline, 0, 0)).scrollIntoView());
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

function cutCells(view: EditorView, event: ClipboardEvent): boolean {
  const { $from, $to, empty } = view.state.selection;
  if (empty || cellPlaceOf(view.state) === null || $from.sameParent($to) || !event.clipboardData)
    return false;
  const { dom, text } = view.serializeForClipboard(view.state.selection.content());
  event.preventDefault();
  event.clipboardData.setData("text/html", dom.innerHTML);
  event.clipboardData.setData("text/plain", text);
  return clearCells(view.state, view.dispatch);
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
