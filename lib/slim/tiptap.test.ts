// @vitest-environment jsdom
/** The slim Tiptap does what the whole one does. `aliases.test.ts` tells what is asked of it. */
import { resolve } from "node:path";
import { Editor, type EditorOptions } from "@tiptap/core";
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { DOMParser } from "@tiptap/pm/model";
import { TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { documentExtensions, schema } from "../editor/schema.ts";
import { slimAliases } from "./aliases.ts";

type Slim = { readonly Editor: typeof Editor } & Record<string, unknown>;
const slim: Slim = await import(/* @vite-ignore */ resolve(slimAliases["@tiptap/core"] ?? ""));
const MARKS = ["Bold", "Code", "Italic", "Strike", "Underline"];
const slimMarks = new Map(MARKS.map((name) => [name.toLowerCase(), slim[name]]));

/** As open-editor.ts asks for it. */
const OFF = { keymap: false, delete: false, drop: false, paste: false, textDirection: false } as const;

const block = (text: string): ProseMirrorNode =>
  schema.node("doc", null, [
    schema.node("block", { id: "a".repeat(32), type: "paragraph", depth: 0, props: {} }, [schema.text(text)]),
  ]);

/** One of each, with the same document; the slim one with its own marks. */
function both(text: string): [whole: Editor, slim: Editor] {
  const extensions = documentExtensions.map((extension) => {
    const { name } = extension;
    const own = slimMarks.get(name) as { extend(config: object): typeof extension } | undefined;
    return own ? own.extend(name === "code" ? { excludes: "" } : {}) : extension;
  });
  const make = (Made: typeof Editor, list: EditorOptions["extensions"]): Editor =>
    new Made({
      extensions: list,
      enableCoreExtensions: OFF,
      injectCSS: false,
      onBeforeCreate: ({ editor }) => {
        const content = editor.schema.nodeFromJSON(block(text).toJSON());
        editor.options.content = content as unknown as EditorOptions["content"];
      },
    });
  return [make(Editor, documentExtensions), make(slim.Editor, extensions)];
}

const select = ({ view }: Editor, from: number, to = from): void =>
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, from, to)));

/** As the browser tells of a key that writes. */
function type({ view }: Editor, text: string): void {
  for (const key of text) {
    const { from, to } = view.state.selection;
    const insert = () => view.state.tr.insertText(key, from, to);
    if (!view.someProp("handleTextInput", (handle) => handle(view, from, to, key, insert)))
      view.dispatch(insert());
  }
}

function press({ view }: Editor, key: string): void {
  const event = new KeyboardEvent("keydown", { key, ctrlKey: true });
  view.someProp("handleKeyDown", (handle) => handle(view, event));
}

const paste = ({ view }: Editor, text: string): void =>
  view.dispatch(view.state.tr.insertText(text).setMeta("uiEvent", "paste"));

/** What both hold after the same was done to them. */
function done(text: string, act: (editor: Editor) => void): unknown {
  const [whole, small] = both(text);
  for (const editor of [whole, small]) act(editor);
  const held = [whole, small].map(({ state, view }) => [
    state.doc.toJSON(),
    state.storedMarks?.map(({ type: { name } }) => name),
    state.selection.toJSON(),
    view.dom.innerHTML,
  ]);
  for (const editor of [whole, small]) editor.destroy();
  expect(held[1]).toEqual(held[0]);
  return held[1];
}

describe("the slim Tiptap", () => {
  it("says so where it is asked for more", () => {
    const [whole, small] = both("words");
    whole.destroy();
    expect(() => small.isActive("bold")).toThrow("The slim Tiptap has no isActive");
    expect(() => small.$pos(1)).toThrow("NodePos");
    small.destroy();
    const make = (options: Partial<EditorOptions>) => () =>
      new slim.Editor({ extensions: documentExtensions, ...options });
    expect(make({ enableCoreExtensions: OFF })).toThrow("parser of content");
    expect(make({})).toThrow('core extension "keymap"');
  });

  it("reads pages and draws marks as the whole one", () => {
    const page = new window.DOMParser().parseFromString(
      `<p>a <b>b</b><b style="font-weight: normal">n</b> <i>i</i> <em>e</em> <u>u</u> <s>s</s> <del>d</del> <code>c</code>
       <span style="font-weight: 700; font-style: italic; text-decoration: underline line-through">all</span></p>`,
      "text/html",
    );
    const editors = both("words");
    const read = editors.map((editor) => {
      const made = DOMParser.fromSchema(editor.schema).parse(page.body);
      editor.view.dispatch(editor.state.tr.replaceWith(0, editor.state.doc.content.size, made.content));
      const drawn = editor.view.dom.innerHTML;
      editor.destroy();
      return { ...made.toJSON(), drawn };
    });
    expect(read[0].drawn).toContain("<strong>b</strong>");
    expect(read[1]).toEqual(read[0]);
  });

  it.each([
    ["**bold** ", "<strong>bold</strong>"],
    ["__bold__ ", "<strong>bold</strong>"],
    ["*slanted* ", "<em>slanted</em>"],
    ["_slanted_ ", "<em>slanted</em>"],
    ["~~gone~~ ", "<s>gone</s>"],
    ["`code` ", "<code>code</code>"],
  ])("makes of %s what the whole one makes, typed or pasted", (text, html) => {
    const typed = done("so ", (editor) => {
      select(editor, 4);
      type(editor, text);
    });
    expect(JSON.stringify(typed)).toContain(html);
    const pasted = done("so ", (editor) => {
      select(editor, 4);
      paste(editor, text);
    });
    expect(JSON.stringify(pasted)).toContain(html);
  });

  it.each(["b", "i", "u", "e", "B"])("does by Ctrl+%s what the whole one does", (key) => {
    const chosen = done("one word", (editor) => {
      select(editor, 5, 9);
      press(editor, key);
    });
    expect(JSON.stringify(chosen)).toContain('"marks"');
    done("one word", (editor) => {
      select(editor, 5, 9);
      press(editor, key);
      select(editor, 3, 7);
      press(editor, key);
      press(editor, key);
      select(editor, 6);
      press(editor, key);
      type(editor, "x");
    });
  });
});
