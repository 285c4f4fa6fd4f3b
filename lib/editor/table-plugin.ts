/** Tables from the first moment: heads and alignment as they are drawn, typing over and cutting several cells. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { alignAttribute, columnsOf } from "../core/table.ts";
import { cellPlaceOf, clearCells } from "./cell-place.ts";
import { changedNodes } from "./changed-range.ts";
import { isTable } from "./outline-nodes.ts";

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
      handleTextInput: (view, _from, _to, text) => {
        if (!clearCells(view.state, view.dispatch)) return false;
        view.dispatch(view.state.tr.insertText(text));
        return true;
      },
      handleDOMEvents: {
        cut: (view, event) => cutCells(view, event),
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
