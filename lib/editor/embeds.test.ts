/** Embeds: how they come about, what a forged one is, and what goes into the clipboard. */
import { type Command, EditorState, NodeSelection, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import type { BlockNode } from "../core/block-tree.ts";
import type { BlockId } from "../core/ids.ts";
import { EditorBinding } from "./binding.ts";
import { joinBackwardCommand, splitBlockCommand, turnInto } from "./commands.ts";
import { embedBlock, insertEmbed, setEmbedAddress } from "./embed-commands.ts";
import { embedFromDom, linkOf, renderEmbed } from "./embed-dom.ts";
import { schema } from "./schema.ts";

const video = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
const block = (type: string, text = "", attrs: BlockNode["attrs"] = {}): BlockNode => ({
  type,
  attrs,
  text: text === "" ? [] : [{ text, marks: {} }],
  children: [],
});

function editing(...blocks: BlockNode[]) {
  const map = new BlockMap(new Y.Doc());
  map.doc.transact(() => insertTree(map, blocks));
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
  const at = (position: number) =>
    host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, position)));
  const run = (command: Command) => command(host.state, (transaction) => host.dispatch(transaction));
  const apply = (make: (state: EditorState, id: BlockId) => Transaction | null) => {
    const transaction = make(host.state, host.state.doc.child(0).attrs.id);
    if (transaction) host.dispatch(transaction);
    return transaction !== null;
  };
  const shown = () =>
    readTree(map).map(({ type, attrs, text }) => [type, attrs, text.map((one) => one.text)]);
  return { host, at, run, apply, shown, binding };
}

describe("embeds", () => {
  it("a block asks for its address, in place of an empty one, and shows what the table knows", () => {
    const { host, run, apply, shown } = editing(block("paragraph"));
    run(insertEmbed);
    expect(host.state.selection).toBeInstanceOf(NodeSelection);
    expect(shown()).toEqual([["embed", {}, []]]);
    expect(apply((state, id) => setEmbedAddress(state, id, "https://youtu.be/dQw4w9WgXcQ"))).toBe(true);
    expect(shown()).toEqual([["embed", { url: video }, []]]);
    run(splitBlockCommand);
    expect(shown().map(([type]) => type)).toEqual(["embed", "paragraph"]);
    run(joinBackwardCommand);
    expect(host.state.selection).toBeInstanceOf(NodeSelection);
  });

  it("any other address becomes a link, before what was written as the caption", () => {
    const { apply, shown, host, binding } = editing(block("embed", "caption"));
    apply((state, id) => setEmbedAddress(state, id, "https://gist.github.com/a/b"));
    expect(shown()).toEqual([["paragraph", {}, ["https://gist.github.com/a/b", "\ncaption"]]]);
    expect(host.state.doc.child(0).firstChild?.marks[0]?.attrs.href).toBe("https://gist.github.com/a/b");
    expect(binding.healed).toBe(0);
  });

  it("a block that is an address and nothing else becomes what is there", () => {
    const { apply, shown, binding } = editing(block("paragraph", `${video}&feature=share`));
    expect(apply(embedBlock)).toBe(true);
    expect(shown()).toEqual([["embed", { url: video }, []]]);
    expect(binding.healed).toBe(0);
    expect(editing(block("paragraph", `see ${video}`)).apply(embedBlock)).toBe(false);
  });

  it("a forged address is a link or none, never a frame, and turning into text leaves it", () => {
    expect(linkOf({ url: "https://evil.example/watch?v=dQw4w9WgXcQ" })).toBe(
      "https://evil.example/watch?v=dQw4w9WgXcQ",
    );
    for (const url of ["javascript:alert(1)", "//evil.example", "data:text/html,x", 7, null, { href: video }])
      expect(linkOf({ url })).toBeNull();
    const { at, run, shown } = editing(block("embed", "a", { url: "https://evil.example" }));
    at(1);
    run(turnInto("heading1"));
    expect(shown()).toEqual([["embed", { url: "https://evil.example" }, ["a"]]]);
  });

  it("goes into the clipboard as a link in a figure, and only a known address comes back as an embed", () => {
    const { host } = editing(block("embed", "a", { url: video }));
    expect(JSON.stringify(renderEmbed(host.state.doc.child(0)))).toContain(`{"href":"${video}"`);
    const read = (href: string) =>
      embedFromDom[0]?.getAttrs?.({
        querySelector: () => ({ getAttribute: () => href }),
        dataset: { depth: "2" },
      } as unknown as HTMLElement);
    expect(read(video)).toMatchObject({ type: "embed", depth: 2, props: { url: video } });
    expect(read("https://evil.example/watch?v=dQw4w9WgXcQ")).toBe(false);
  });
});
