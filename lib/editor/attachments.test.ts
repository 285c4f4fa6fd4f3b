/** Pictures in the text: where they come, and what the keys do around them. */
import { chainCommands, deleteSelection } from "@tiptap/pm/commands";
import { type Command, EditorState, NodeSelection, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { attachmentKey } from "../core/attachment.ts";
import { newBlockId } from "../core/ids.ts";
import { attachmentFromDom, renderAttachment } from "./attachment-dom.ts";
import { placeOfSelection } from "./beside.ts";
import { idOf } from "./block-nodes.ts";
import {
  isAttachment,
  joinBackwardCommand,
  joinForwardCommand,
  splitBlockCommand,
  turnInto,
} from "./commands.ts";
import { describePicture } from "./describe-picture.ts";
import { schema } from "./schema.ts";
import { filterSlashItems } from "./slash-items.ts";
import { endUpload, putAttachment, startUploads, uploadPlacesPlugin } from "./upload-places.ts";

const key = attachmentKey("0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10", "7f3c1c9a-1111-4222-8333-444455556666");
const sea = { key, name: "sea.png", mime: "image/png", size: 9, width: 3, height: 2, alt: "" };

const block = (type: string, text = "", depth = 0) =>
  schema.node(
    type === "image" ? "attachment" : "block",
    { id: newBlockId(), type, depth, props: type === "image" ? { attachment: key } : {} },
    text ? [schema.text(text)] : [],
  );

/** `at`: index of the block with the caret, and whether at its end. */
function stateOf(blocks: ReturnType<typeof block>[], [index, isEnd] = [0, true]) {
  const doc = schema.node("doc", null, blocks);
  let pos = 0;
  for (let i = 0; i < index; i++) pos += doc.child(i).nodeSize;
  const selection = TextSelection.create(doc, isEnd ? pos + doc.child(index).nodeSize - 1 : pos + 1);
  return EditorState.create({ doc, selection, plugins: [uploadPlacesPlugin(() => ({}) as HTMLElement)] });
}

function run(state: EditorState, command: Command): EditorState {
  let after = state;
  command(state, (tr) => {
    after = state.apply(tr);
  });
  return after;
}

const shape = ({ doc }: EditorState) =>
  doc.children.map((node) =>
    `${node.attrs.depth} ${node.attrs.type} ${node.textContent || node.attrs.props.name || ""}`.trim(),
  );
const isChosen = ({ selection }: EditorState) =>
  selection instanceof NodeSelection && isAttachment(selection.node);

describe("keys around a picture", () => {
  it("Backspace behind it and Delete before it choose it; only the next one deletes it", () => {
    const back = chainCommands(deleteSelection, joinBackwardCommand);
    const behind = run(stateOf([block("image"), block("paragraph", "behind")], [1, false]), back);
    expect([isChosen(behind), shape(behind)]).toEqual([true, ["0 image", "0 paragraph behind"]]);
    expect(shape(run(behind, back))).toEqual(["0 paragraph behind"]);
    const before = run(
      stateOf([block("paragraph", "before"), block("image")], [0, true]),
      joinForwardCommand,
    );
    expect([isChosen(before), shape(before)]).toEqual([true, ["0 paragraph before", "0 image"]]);
    expect(shape(run(stateOf([block("image"), block("paragraph")], [1, false]), back))).toEqual(["0 image"]);
    expect(shape(run(stateOf([block("paragraph"), block("image")], [0, true]), joinForwardCommand))).toEqual([
      "0 image",
    ]);
  });

  it("at the ends of an empty caption the picture stays", () => {
    for (const command of [joinBackwardCommand, joinForwardCommand]) {
      const after = run(
        stateOf([block("paragraph", "a"), block("image"), block("paragraph", "b")], [1, true]),
        command,
      );
      expect([isChosen(after), shape(after)]).toEqual([true, ["0 paragraph a", "0 image", "0 paragraph b"]]);
    }
  });

  it("Enter writes behind it: on the block, in an empty caption, and with the rest of a caption", () => {
    const empty = stateOf([block("image")]);
    expect(shape(run(empty, splitBlockCommand))).toEqual(["0 image", "0 paragraph"]);
    const held = empty.apply(empty.tr.setSelection(NodeSelection.create(empty.doc, 0)));
    const behind = run(held, splitBlockCommand);
    expect([shape(behind), behind.selection.from]).toEqual([["0 image", "0 paragraph"], 3]);
    const middle = stateOf([block("image", "caption")]);
    const split = run(
      middle.apply(middle.tr.setSelection(TextSelection.create(middle.doc, 4))),
      splitBlockCommand,
    );
    expect(shape(split)).toEqual(["0 image cap", "0 paragraph tion"]);
    expect(split.doc.child(1).type.name).toBe("block");
  });

  it("it turns into nothing else, and opens no menu", () => {
    const state = stateOf([block("image", "words")]);
    expect(shape(run(state, turnInto("heading1")))).toEqual(["0 image words"]);
    expect(shape(run(state, turnInto("code")))).toEqual(["0 image words"]);
    expect(filterSlashItems("image")[0]?.type).toBe("image");
    expect(filterSlashItems("pdf")[0]?.type).toBe("file");
  });
});

describe("where uploads come", () => {
  const begin = (state: EditorState, ids: string[]) =>
    state.apply(startUploads(state, ids, placeOfSelection(state)));
  const put = (state: EditorState, id: string) => {
    const tr = putAttachment(state, id, "image", { ...sea, name: id });
    return tr ? state.apply(tr) : state;
  };

  it.each([
    ["one", "two", "three"],
    ["three", "two", "one"],
    ["two", "three", "one"],
  ])("several keep their order, stored as %s, %s, %s", (...order) => {
    const inText = begin(stateOf([block("paragraph", "text"), block("paragraph", "end")]), [
      "one",
      "two",
      "three",
    ]);
    expect(shape(order.reduce(put, inText))).toEqual([
      "0 paragraph text",
      "0 image one",
      "0 image two",
      "0 image three",
      "0 paragraph end",
    ]);
    const onEmpty = begin(stateOf([block("paragraph", "text"), block("paragraph")], [1, true]), [
      "one",
      "two",
      "three",
    ]);
    expect(shape(order.reduce(put, onEmpty))).toEqual([
      "0 paragraph text",
      "0 image one",
      "0 image two",
      "0 image three",
      "0 paragraph",
    ]);
  });

  it("follow their block when it moves, and stay at the gap when it goes", () => {
    let state = begin(stateOf([block("paragraph", "a"), block("paragraph", "b")]), ["x"]);
    const [a] = state.doc.children;
    state = state.apply(state.tr.delete(0, 3));
    if (a) state = state.apply(state.tr.insert(state.doc.content.size, a));
    expect(shape(put(state, "x"))).toEqual(["0 paragraph b", "0 paragraph a", "0 image x"]);
    state = begin(stateOf([block("paragraph", "a"), block("paragraph", "b")]), ["x"]);
    state = state.apply(state.tr.delete(0, 3));
    expect(shape(put(state, "x"))).toEqual(["0 image x", "0 paragraph b"]);
  });

  it("what stands inside a block stays inside it; what was given up comes nowhere", () => {
    const state = begin(stateOf([block("bullet", "outer"), block("bullet", "inner", 1)]), ["x"]);
    expect(shape(put(state, "x"))).toEqual(["0 bullet outer", "1 image x", "1 bullet inner"]);
    const given = state.apply(endUpload(state, "x"));
    expect(putAttachment(given, "x", "image", sea)).toBeNull();
  });

  it("alternative text changes that alone, and empty it goes", () => {
    const state = put(begin(stateOf([block("paragraph")]), ["x"]), "x");
    const id = idOf(state.doc.child(0));
    const said = state.apply(describePicture(state, id, "  The\nsea "));
    expect(said.doc.child(0).attrs.props).toEqual({ ...state.doc.child(0).attrs.props, alt: "The sea" });
    expect(said.apply(describePicture(said, id, " ")).doc.eq(state.doc)).toBe(true);
    expect(describePicture(state, newBlockId(), "x").docChanged).toBe(false);
  });
});

describe("the clipboard", () => {
  const read = (dataset: Record<string, string>) =>
    attachmentFromDom[0]?.getAttrs?.({ dataset } as unknown as HTMLElement);

  it("carries a picture with its place, and takes no other address", () => {
    const [, attributes] = renderAttachment(block("image")) as unknown as [string, Record<string, string>];
    expect(attributes["data-attachment"]).toBe(key);
    const dataset = {
      attachment: key,
      blockType: "image",
      width: "3",
      height: "2",
      name: "sea.png",
      depth: "1",
    };
    const props = { attachment: key, width: 3, height: 2, name: "sea.png" };
    expect(read(dataset)).toEqual({ id: null, type: "image", depth: 1, props });
    expect(read({ ...dataset, attachment: "https://evil.example/a.png" })).toBe(false);
  });
});
