import { EditorState, TextSelection } from "@tiptap/pm/state";
import type { DecorationSet, EditorView } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import { mentionValue } from "../core/mention.ts";
import { countFound, goToFound, replaceAllFound, replaceFound, seek } from "./find.ts";
import type { Sought } from "./find-as-shown.ts";
import { findPlugin, type Place, setShown } from "./found-places.ts";
import { schema } from "./schema.ts";

const nobody = () => null;
const NOTHING: Sought = { text: "", isCaseSensitive: false, isWholeWord: false };

const ANNA = "00000000-0000-4000-8000-00000000000a";
const anna = schema.node("embed", { value: mentionValue({ kind: "person", id: ANNA, label: "Ann" }) });

/** A "|" stands for a mention of Anna. */
const inline = (line: string) =>
  line.split(/(\|)/).flatMap((part) => (part === "" ? [] : [part === "|" ? anna : schema.text(part)]));

/** As much of a view as finding needs. */
function viewOf(...lines: string[]) {
  const doc = schema.topNodeType.create(
    null,
    lines.map((line) => schema.node("block", {}, inline(line))),
  );
  const view = {
    state: EditorState.create({ doc, plugins: [findPlugin()] }),
    dispatch(transaction: Parameters<EditorState["apply"]>[0]) {
      view.state = view.state.apply(transaction);
    },
  };
  const text = () => view.state.doc.children.map((node) => node.textContent);
  return { view: view as unknown as EditorView, text };
}

describe("find and replace", () => {
  it("counts, goes around the end, and says which place is selected", () => {
    const { view } = viewOf("one One", "two", "Phone");
    seek(view, { ...NOTHING, text: "one" }, nobody);
    expect(countFound(view.state)).toEqual({ count: 3, at: 0, isMore: false });
    goToFound(view, 1);
    expect(countFound(view.state).at).toBe(1);
    goToFound(view, -1);
    expect(countFound(view.state).at).toBe(3);
    goToFound(view, 1);
    expect(countFound(view.state).at).toBe(1);
  });

  it("keeps to case and whole words where asked to, and takes all that is typed as it stands", () => {
    const { view } = viewOf("one One Phone", "a.b a\\nb $1");
    const count = (more: Partial<Sought>) => {
      seek(view, { ...NOTHING, ...more }, nobody);
      return countFound(view.state).count;
    };
    expect(count({ text: "one", isCaseSensitive: true })).toBe(2);
    expect(count({ text: "one", isWholeWord: true })).toBe(2);
    expect(count({ text: "one", isCaseSensitive: true, isWholeWord: true })).toBe(1);
    expect(count({ text: "a.b" })).toBe(1);
    expect(count({ text: "\\n" })).toBe(1);
    expect(count({ text: "" })).toBe(0);
  });

  it("replaces one by one or all at once, with the text as it is typed", () => {
    const { view, text } = viewOf("cat catalogue", "Cat");
    seek(view, { ...NOTHING, text: "cat" }, nobody);
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
    replaceFound(view, "$&dog");
    expect(text()).toEqual(["cat catalogue", "Cat"]);
    replaceFound(view, "$&dog");
    expect(text()).toEqual(["$&dog catalogue", "Cat"]);
    expect(replaceAllFound(view, "$&dog")).toEqual({ replaced: 2, stayed: 0 });
    expect(text()).toEqual(["$&dog $&dogalogue", "$&dog"]);
  });

  it("stops counting at a thousand", () => {
    const { view } = viewOf("x".repeat(1_500));
    seek(view, { ...NOTHING, text: "x" }, nobody);
    expect(countFound(view.state)).toEqual({ count: 1_000, at: 0, isMore: true });
    goToFound(view, -1);
    expect(view.state.selection.from).toBe(1_500);
  });

  it("draws the places between two positions, which move with the text, and the one that is selected", () => {
    const { view } = viewOf("one one", "one", "one", "one");
    const drawn = () => {
      const [plugin] = view.state.plugins;
      const set = plugin?.props.decorations?.call(plugin, view.state) as DecorationSet;
      return set.find().map(({ from, to }) => `${from}-${to}`);
    };
    const between = (from: number, to: number): Place => ({ from, to });
    seek(view, { ...NOTHING, text: "one" }, nobody, between(10, 13));
    expect(drawn()).toEqual(["10-13"]);
    goToFound(view, -1);
    expect(drawn()).toEqual(["10-13", "20-23"]);
    view.dispatch(view.state.tr.insertText("one ", 1));
    expect(drawn()).toEqual(["14-17", "24-27"]);
    expect(countFound(view.state)).toEqual({ count: 6, at: 6, isMore: false });
    view.dispatch(setShown(view.state.tr, between(0, 12)));
    expect(drawn()).toEqual(["1-4", "5-8", "9-12", "24-27"]);
    seek(view, { ...NOTHING, text: "o" }, nobody);
    expect(drawn()).toHaveLength(6);
  });

  it("finds a mention by the name that is shown, as one place, alone and together with what is beside it", () => {
    const { view } = viewOf("Ask | or |", "Anna Ann");
    const look = () => ({ name: "Anna Lind", href: null, where: "" });
    const places = (text: string, more: Partial<Sought> = {}) => {
      seek(view, { ...NOTHING, text, ...more }, look);
      view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
      const { count } = countFound(view.state);
      return Array.from({ length: count }, () => {
        goToFound(view, 1);
        const { from, to } = view.state.selection;
        return `${from}-${to}`;
      });
    };
    expect(places("anna lind")).toEqual(["5-6", "10-11"]);
    expect(places("ask @anna")).toEqual(["1-6"]);
    expect(places("Lind or @")).toEqual(["5-11"]);
    expect(places("or")).toEqual(["7-9"]);
    expect(places("ann", { isWholeWord: true })).toEqual(["18-21"]);
    expect(places("\ufffc")).toEqual([]);
    seek(view, { ...NOTHING, text: "ann" }, nobody);
    expect(countFound(view.state).count).toBe(4);
    goToFound(view, -1);
    expect(view.state.selection.from).toBe(18);
  });

  it("replaces text and leaves mentions", () => {
    const { view, text } = viewOf("Anna, |, Anna");
    const look = () => ({ name: "Anna", href: null, where: "" });
    seek(view, { ...NOTHING, text: "anna" }, look);
    goToFound(view, 1);
    goToFound(view, 1);
    expect(view.state.selection.content().content.firstChild?.firstChild).toEqual(anna);
    replaceFound(view, "Bo");
    expect(view.state.doc.firstChild?.childCount).toBe(3);
    expect(replaceAllFound(view, "Bo")).toEqual({ replaced: 2, stayed: 1 });
    expect(text()).toEqual(["Bo, , Bo"]);
    expect(view.state.doc.firstChild?.child(1)).toEqual(anna);
  });

  it("finds behind letters that have another length when they are small", () => {
    const { view } = viewOf("İİİ one");
    seek(view, { ...NOTHING, text: "ONE" }, nobody);
    goToFound(view, 1);
    const { from, to } = view.state.selection;
    expect([from, to]).toEqual([5, 8]);
  });
});
