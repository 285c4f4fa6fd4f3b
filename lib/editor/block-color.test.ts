import { type Command, EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import { EditorBinding } from "./binding.ts";
import { colorBlocks } from "./block-color.ts";
import { splitBlockCommand, turnInto } from "./commands.ts";
import { schema } from "./schema.ts";
import { filterSlashItems, SLASH_ITEMS } from "./slash-items.ts";

/** An editor on blocks of these types and words. */
function editing(...blocks: readonly [type: string, text: string][]) {
  const map = new BlockMap(new Y.Doc());
  const tree = blocks.map(([type, text]) => ({ type, attrs: {}, text: [{ text, marks: {} }], children: [] }));
  map.doc.transact(() => insertTree(map, tree));
  const binding = new EditorBinding(map);
  const plugin = binding.plugin();
  delete plugin.spec.view;
  const host = {
    state: EditorState.create({ doc: binding.document(schema), plugins: [plugin] }),
    dispatch(transaction: Transaction) {
      host.state = host.state.apply(transaction);
      binding.flush();
    },
  };
  binding.attach(host);
  const run = (command: Command, from = 1, to = from) => {
    host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, from, to)));
    return command(host.state, (transaction) => host.dispatch(transaction));
  };
  return { run, shown: () => readTree(map).map(({ type, attrs }) => [type, attrs]) };
}

describe("colours of blocks", () => {
  it("reach each block that the selection touches, beside what else it says, and go again", () => {
    const { run, shown } = editing(["paragraph", "one"], ["task", "two"], ["paragraph", "three"]);
    run(colorBlocks({ color: "red" }), 2, 8);
    run(colorBlocks({ background: "green" }), 7);
    expect(shown()).toEqual([
      ["paragraph", { color: "red" }],
      ["task", { color: "red", background: "green" }],
      ["paragraph", {}],
    ]);
    run(colorBlocks({}), 1, 12);
    expect(shown().map(([, attrs]) => attrs)).toEqual([{}, {}, {}]);
  });

  it("stay when the block becomes another or is split within its words, and are not those of code", () => {
    const { run, shown } = editing(["paragraph", "one"]);
    run(colorBlocks({ color: "blue" }));
    run(turnInto("task", { checked: false }));
    run(splitBlockCommand, 2);
    run(splitBlockCommand, 6);
    const unchecked = { checked: false };
    expect(shown()).toEqual([
      ["task", { ...unchecked, color: "blue" }],
      ["task", { ...unchecked, color: "blue" }],
      ["task", unchecked],
    ]);
    run(turnInto("code"));
    expect(shown()[0]).toEqual(["code", {}]);
    expect(run(colorBlocks({ color: "red" }))).toBe(false);
  });

  it("are in the slash menu once they are asked for", () => {
    expect(filterSlashItems("")).toEqual(SLASH_ITEMS);
    const names = filterSlashItems("red").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["Red text", "Red background"]));
    expect(names).not.toContain("Blue text");
    expect(filterSlashItems("colour")).toHaveLength(12);
  });
});
