import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import type { Marks } from "../core/block-tree.ts";
import { EditorBinding } from "./binding.ts";
import { chooseWord, readHref, setColor, setLink, toggleFormat } from "./format-commands.ts";
import { formatsHere, formatsOf } from "./formats.ts";
import { schema } from "./schema.ts";

/** An editor on one paragraph, all of it chosen. */
function editing(text: string, marks: Marks = {}) {
  const map = new BlockMap(new Y.Doc());
  const tree = [{ type: "paragraph", attrs: {}, text: [{ text, marks }], children: [] }];
  map.doc.transact(() => insertTree(map, tree));
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
  host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, 1, 1 + text.length)));
  const run = (command: ReturnType<typeof setLink>) => command(host.state, (tr) => host.dispatch(tr));
  return { host, run, marks: () => readTree(map)[0]?.text.map((part) => part.marks) };
}

describe("formats", () => {
  it("colours, highlights and links reach the document, replace each other and go again", () => {
    const { host, run, marks } = editing("words");
    run(setColor("highlight", "yellow"));
    run(setColor("highlight", "green"));
    run(setColor("color", "red"));
    run(setLink("https://example.com"));
    run(toggleFormat("bold"));
    expect(marks()).toEqual([
      { bold: true, color: "red", highlight: "green", link: { href: "https://example.com" } },
    ]);
    expect(formatsOf(host.state)).toEqual({
      simple: new Set(["bold"]),
      link: "https://example.com",
      color: "red",
      highlight: "green",
    });
    for (const command of [setColor("color", null), setColor("highlight", null), setLink(null)]) run(command);
    expect(marks()).toEqual([{ bold: true }]);
  });

  it("a colour that this version does not know is carried and not drawn", () => {
    const { host, marks, run } = editing("words", { color: "ultraviolet", highlight: { r: 1 } });
    expect(formatsOf(host.state)).toMatchObject({ color: null, highlight: null });
    run(toggleFormat("italic"));
    expect(marks()).toEqual([{ color: "ultraviolet", highlight: { r: 1 }, italic: true }]);
  });

  it("an address may be typed without its scheme, and none that is unsafe passes", () => {
    expect(readHref(" example.com/a ")).toBe("https://example.com/a");
    expect(readHref("ada@example.com")).toBe("mailto:ada@example.com");
    expect(readHref("/w/1")).toBe("/w/1");
    for (const typed of ["", "javascript:alert(1)", "//evil.example", "two words"])
      expect(readHref(typed), typed).toBeNull();
    const { run, marks } = editing("words");
    expect(run(setLink("javascript:alert(1)"))).toBe(false);
    expect(marks()).toEqual([{}]);
  });

  it("a caret carries what is typed there, and chooses the word that it is in", () => {
    const { host, run } = editing("two words", { bold: true });
    const at = (position: number) =>
      host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, position)));
    at(3);
    expect([...formatsHere(host.state).simple]).toEqual(["bold"]);
    run(toggleFormat("italic"));
    expect([...formatsHere(host.state).simple]).toEqual(["bold", "italic"]);
    for (const [position, from, to] of [
      [3, 1, 4],
      [4, 1, 4],
      [5, 5, 10],
    ] as const) {
      at(position);
      expect(run(chooseWord)).toBe(true);
      expect(host.state.selection).toMatchObject({ from, to });
    }
    host.dispatch(host.state.tr.insertText(" , ", 1, 10));
    at(2);
    expect(run(chooseWord)).toBe(false);
  });
});
