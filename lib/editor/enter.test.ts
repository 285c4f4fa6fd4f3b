/** Enter, and what takes all blocks away, in a long document: most of its cost is the outline, which is made once. */
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { textOf } from "../core/block-tree.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import type { Outline } from "../core/outline.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { splitBlockCommand } from "./commands.ts";
import { schema } from "./schema.ts";

const COUNT = 60;

function editing() {
  const map = new BlockMap(new Y.Doc());
  const line = (i: number) => ({
    type: i % 5 === 0 ? "bullet" : "paragraph",
    attrs: {},
    text: [{ text: `block ${i}`, marks: {} }],
    children: [],
  });
  map.doc.transact(
    () =>
      insertTree(
        map,
        Array.from({ length: COUNT }, (_, i) => ({
          ...line(i),
          children: i % 7 === 0 ? [line(1_000 + i)] : [],
        })),
      ),
    LOCAL,
  );
  const binding = new EditorBinding(map);
  const plugin = binding.plugin();
  delete plugin.spec.view;
  const host = {
    state: EditorState.create({ doc: binding.document(schema), plugins: [plugin] }),
    dispatch(transaction: Parameters<EditorState["apply"]>[0]) {
      host.state = host.state.apply(transaction);
      binding.flush();
    },
  };
  binding.attach(host);
  return { map, binding, host };
}

type Editing = ReturnType<typeof editing>;

/** Enter at an offset of the block at `index`. */
function enter({ host }: Editing, index: number, offset: number): void {
  const { doc } = host.state;
  let at = 1 + offset;
  for (let before = 0; before < index; before++) at += doc.child(before).nodeSize;
  host.state = host.state.apply(host.state.tr.setSelection(TextSelection.create(doc, at)));
  splitBlockCommand(host.state, (transaction) => host.dispatch(transaction));
}

/** How many outlines were made while `work` ran. */
function outlinesOf({ map }: Editing, work: () => void): number {
  const made = new Set<Outline>();
  const own = map.outline.bind(map);
  made.add(own());
  map.outline = () => {
    const outline = own();
    made.add(outline);
    return outline;
  };
  work();
  map.outline = own;
  return made.size - 1;
}

const wordsOf = ({ map }: Editing): string[] =>
  map.outline().items.map(({ id, depth }) => `${depth} ${textOf(map.runs(id))}`);
const keysOf = ({ map }: Editing): Map<BlockId, string> =>
  new Map([...map.outline().items].map(({ id }) => [id, JSON.stringify(map.root.get(id)?.get("born"))]));

describe("Enter", () => {
  it.each([
    ["in the middle", 20, 3],
    ["at the start", 20, 0],
    ["at the end", 20, 8],
    ["with blocks inside", 0, 3],
  ] as const)("%s makes one outline and one place, and no other block is written", (_, index, offset) => {
    const editor = editing();
    const before = wordsOf(editor);
    const keys = keysOf(editor);
    const asked = vi.spyOn(editor.map, "entry");
    expect(outlinesOf(editor, () => enter(editor, index, offset))).toBe(1);
    // and not each of them is asked where it stands
    expect(asked.mock.calls.length).toBeLessThan(COUNT / 2);
    expect(editor.map.outline().items).toHaveLength(before.length + 1);
    const after = keysOf(editor);
    for (const [id, key] of keys) expect(after.get(id)).toBe(key);
    const joined = (lines: string[]) => lines.map((line) => line.slice(2)).join("");
    expect(joined(wordsOf(editor))).toBe(joined(before));
    expect(editor.binding.healed).toBe(0);
  });

  it("again and again in one block, and in what it made, keeps all in order", () => {
    const editor = editing();
    const before = wordsOf(editor).map((line) => line.slice(2));
    for (const [index, offset] of [
      [10, 4],
      [10, 2],
      [11, 1],
      [12, 0],
      [10, 0],
    ] as const)
      enter(editor, index, offset);
    const after = wordsOf(editor).map((line) => line.slice(2));
    expect(after.join("")).toBe(before.join(""));
    expect(after).toHaveLength(before.length + 5);
    expect(editor.binding.healed).toBe(0);
  });

  it("between a block and what is in it makes that the new block's", () => {
    const editor = editing();
    const { host } = editor;
    const node = schema.node("block", { id: newBlockId(), type: "paragraph", depth: 0, props: {} });
    host.dispatch(host.state.tr.insert(host.state.doc.child(0).nodeSize, node));
    const [, made, inside] = editor.map.outline().items;
    expect([made?.id, inside?.parent, inside?.depth]).toEqual([node.attrs.id, node.attrs.id, 1]);
    expect(editor.binding.healed).toBe(0);
  });
});

describe("words typed over all that is chosen", () => {
  it("make as many outlines for sixty blocks as for two", () => {
    const editor = editing();
    const { host } = editor;
    const end = host.state.doc.content.size - 1;
    expect(outlinesOf(editor, () => host.dispatch(host.state.tr.insertText("x", 1, end)))).toBeLessThan(4);
    expect(wordsOf(editor)).toEqual(["0 x"]);
    expect(editor.binding.healed).toBe(0);
  });
});
