import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import type { Marks } from "../core/block-tree.ts";
import type { BlockId } from "../core/ids.ts";
import { EditorBinding } from "./binding.ts";
import { chosenOf } from "./chosen.ts";
import { choose } from "./chosen-commands.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { chooseWords, readHref, setColor, setLink, toggleFormat } from "./format-commands.ts";
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
      expect(run(chooseWords)).toBe(true);
      expect(host.state.selection).toMatchObject({ from, to });
    }
    host.dispatch(host.state.tr.insertText(" , ", 1, 10));
    at(2);
    expect(run(chooseWords)).toBe(false);
  });

  it("a caret in a link chooses all of the link, whatever other marks parts of it carry", () => {
    const { host, run } = editing("Read the whole plan.");
    const select = (from: number, to = from) =>
      host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, from, to)));
    select(6, 20);
    run(setLink("https://example.com"));
    select(10, 15);
    run(toggleFormat("bold"));
    for (const position of [7, 11, 20]) {
      select(position);
      expect(run(chooseWords)).toBe(true);
      expect(host.state.selection).toMatchObject({ from: 6, to: 20 });
    }
    select(3);
    expect(run(chooseWords)).toBe(true);
    expect(host.state.selection).toMatchObject({ from: 1, to: 5 });
  });

  it("whole blocks give their words to a link, and say so where they have none", () => {
    const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}` as BlockId;
    const blocks = [
      schema.node("block", { id: id(1) }, schema.text("one")),
      schema.node("block", { id: id(2) }, schema.text("two")),
      schema.node("rule", { id: id(3), type: "divider" }),
      schema.node("codeBlock", { id: id(4), type: "code" }, schema.text("let x")),
    ];
    const doc = schema.node("doc", null, blocks);
    const words = (first: number, last: number) => {
      let state = EditorState.create({ doc, plugins: [chosenPlugin()] });
      state = state.apply(choose(state.tr, id(first), id(last)));
      const isChosen = chooseWords(state, (tr) => {
        state = state.apply(tr);
      });
      const { from, to } = state.selection;
      expect(chosenOf(state) === null).toBe(isChosen);
      return isChosen ? state.doc.textBetween(from, to, "|") : null;
    };
    expect([words(1, 1), words(1, 2), words(2, 3), words(3, 3), words(4, 4)]).toEqual([
      "one",
      "one|two",
      "two",
      null,
      null,
    ]);
  });
});
