import { EditorState, TextSelection } from "@tiptap/pm/state";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { textOf } from "../core/block-tree.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { normalizePlugin } from "./normalize.ts";
import { schema } from "./schema.ts";

/** An editor on a table of one row with the cells "ab" and "cd". */
function editing() {
  const map = new BlockMap(new Y.Doc());
  const cell = (text: string, col: string) => ({
    type: CELL,
    attrs: { col },
    text: [{ text, marks: {} }],
    children: [],
  });
  const row = { type: ROW, attrs: {}, text: [], children: [cell("ab", "c1"), cell("cd", "c2")] };
  const table = { type: TABLE, attrs: { "col.c1": "a0", "col.c2": "a1" }, text: [], children: [row] };
  map.doc.transact(() => insertTree(map, [table]), LOCAL);
  const binding = new EditorBinding(map);
  const plugin = binding.plugin();
  delete plugin.spec.view;
  const host = {
    state: EditorState.create({ doc: binding.document(schema), plugins: [plugin, normalizePlugin(map)] }),
    dispatch(transaction: Parameters<EditorState["apply"]>[0]) {
      host.state = host.state.applyTransaction(transaction).state;
      binding.flush();
    },
  };
  binding.attach(host);
  const shown = () =>
    map
      .outline()
      .items.filter(({ role }) => role === "cell")
      .map(({ id }) => textOf(map.runs(id)));
  return { map, host, binding, shown };
}

it("words that go from one cell to another in one edit are the same characters, and the row keeps its shape", () => {
  const { map, host, binding, shown } = editing();
  const [first, second] = map.outline().items.filter(({ role }) => role === "cell");
  // from behind "a" to before "d": what the browser does when one types over two cells
  const { tr, doc } = host.state;
  host.dispatch(tr.setSelection(TextSelection.create(doc, 4, 8)).insertText("x"));
  expect(shown()).toEqual(["axd"]);
  const strands = map.pieces(first?.id as never).map(({ strand }) => strand);
  expect(strands).toContain(second?.id);
  expect(host.state.doc.firstChild?.firstChild?.children.map((node) => node.type.name)).toEqual([
    "tableCell",
    "tableGap",
  ]);
  expect(binding.healed).toBe(0);
});
