import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { columnsOf } from "../core/table.ts";
import { pasteCells } from "./paste-cells.ts";
import { schema } from "./schema.ts";
import { caretIn, MOST_CELLS, newTable } from "./table-commands.ts";

const blank = EditorState.create({ schema });

/** A table of these words. */
function tableOf(rows: readonly (readonly string[])[]): ProseMirrorNode {
  const table = newTable(blank, 0, rows.length, rows[0]?.length ?? 0);
  const made = table.children.map((row, at) =>
    row.type.create(
      row.attrs,
      row.children.map((cell, column) => {
        const words = rows[at]?.[column] ?? "";
        return cell.type.create(cell.attrs, words === "" ? [] : schema.text(words));
      }),
    ),
  );
  return table.type.create(table.attrs, made);
}

const wordsOf = (table: ProseMirrorNode) =>
  table.children.map((row) => row.children.map(({ textContent }) => textContent).join(" "));

function pasted(into: readonly (readonly string[])[], [row, column]: [number, number], slice: Slice) {
  const below = schema.node("block", { id: newBlockId() }, schema.text("below"));
  const doc = schema.node("doc", null, [tableOf(into), below]);
  let state = EditorState.create({ doc });
  state = state.apply(caretIn(state.tr, 0, row, column));
  const tr = pasteCells(state, slice);
  if (tr === null || tr === "too much") return tr;
  tr.doc.check();
  const table = tr.doc.child(0);
  const ids = new Set<string>();
  tr.doc.descendants(({ attrs }) => void (attrs.id && ids.add(attrs.id)));
  const columns = columnsOf(table.attrs.props).map(({ id }) => id);
  for (const { children } of table.children)
    expect(children.map(({ attrs }) => attrs.props.col)).toEqual(columns);
  expect(ids.size, "each block has an id of its own").toBe(2 + table.childCount * (1 + columns.length));
  return { words: wordsOf(table), caret: tr.selection.$from.parent.textContent, before: doc.child(0), table };
}
const sliceOf = (...nodes: ProseMirrorNode[]) => new Slice(Fragment.from(nodes), 0, 0);
const AB = [
  ["a", "b"],
  ["c", "d"],
];

describe("a table pasted into a cell", () => {
  it("fills the cells from there on, which stay the blocks that they are", () => {
    const done = pasted(
      [...AB, ["e", "f"]],
      [1, 0],
      sliceOf(
        tableOf([
          ["1", ""],
          ["3", "4"],
        ]),
      ),
    );
    expect(done).toMatchObject({ words: ["a b", "1 ", "3 4"], caret: "4" });
    if (done === null || done === "too much") return;
    const idsOf = (table: ProseMirrorNode) =>
      table.children.map((row) => row.children.map(({ attrs }) => attrs.id));
    expect(idsOf(done.table)).toEqual(idsOf(done.before));
  });

  it("brings rows and columns along where there are none", () => {
    const wide = sliceOf(
      tableOf([
        ["1", "2", "3"],
        ["4", "5", "6"],
      ]),
    );
    expect(pasted(AB, [1, 1], wide)).toMatchObject({ words: ["a b  ", "c 1 2 3", " 4 5 6"], caret: "6" });
    expect(pasted([["a"]], [0, 0], wide)).toMatchObject({ words: ["1 2 3", "4 5 6"] });
  });

  it("is words as ever where it is one cell or something else, or where the caret is in none", () => {
    const block = schema.node("block", { id: newBlockId() }, schema.text("x"));
    expect(pasted(AB, [0, 0], sliceOf(tableOf([["1"]])))).toBeNull();
    expect(pasted(AB, [0, 0], sliceOf(tableOf(AB), block))).toBeNull();
    expect(pasted(AB, [0, 0], sliceOf(block))).toBeNull();
    const doc = schema.node("doc", null, [block, tableOf(AB)]);
    const outside = EditorState.create({ doc, selection: TextSelection.create(doc, 1) });
    expect(pasteCells(outside, sliceOf(tableOf(AB)))).toBeNull();
  });

  it("is refused where the table would be too large", () => {
    const row = Array.from({ length: 100 }, () => "x");
    const large = Array.from({ length: MOST_CELLS / 100 }, () => row);
    expect(pasted(large, [0, 99], sliceOf(tableOf(AB)))).toBe("too much");
  });
});
