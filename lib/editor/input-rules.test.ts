// @vitest-environment jsdom
import type { inputRules } from "@tiptap/pm/inputrules";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, vi } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { markdownRules } from "./input-rules.ts";
import { schema } from "./schema.ts";

/** The state once this was typed at the start of what stands there, a sign at a time. */
function typeInto(before: EditorState, text: string): EditorState {
  const rules = markdownRules() as ReturnType<typeof inputRules>;
  let state = before.apply(before.tr.setSelection(TextSelection.create(before.doc, 1)));
  const dispatch = (tr: typeof state.tr) => {
    state = state.apply(tr);
  };
  for (const character of text) {
    const { from, to } = state.selection;
    const view = Object.assign(Object.create(null), { state, dispatch });
    if (!rules.props.handleTextInput?.call(rules, view, from, to, character, () => state.tr))
      dispatch(state.tr.insertText(character));
  }
  return state;
}

/** What stands in a block once this was typed: words, and behind those that lead somewhere where to. */
function typed(text: string, node = "block"): string {
  const attrs = { id: newBlockId(), type: node === "codeBlock" ? "code" : "paragraph", depth: 0, props: {} };
  const doc = schema.node("doc", null, [schema.node(node, attrs)]);
  const state = typeInto(EditorState.create({ doc }), text);
  const runs: string[] = [];
  state.doc.firstChild?.forEach(({ text: words, marks }) => {
    runs.push((words ?? "") + marks.map(({ type, attrs: { href } }) => `<${href ?? type.name}>`).join(""));
  });
  return runs.join("");
}

describe("words in brackets with an address behind them", () => {
  it("are a link as the last bracket is typed, and what follows is not", () => {
    expect(typed("see [the plan](https://a.com/b?c=1) now")).toBe("see the plan<https://a.com/b?c=1> now");
    expect(typed("[a](/w/1)[b](#c)")).toBe("a</w/1>b<#c>");
  });

  it("stay as they are typed where they are none: a picture, no safe address, code", () => {
    for (const text of [
      "![a](https://a.com)",
      "[a](javascript:alert(1))",
      "[a](b)",
      "[](https://a.com)",
      "\\[a](/b)",
    ])
      expect(typed(text)).toBe(text);
    expect(typed("[a](https://a.com)", "codeBlock")).toBe("[a](https://a.com)");
  });
});

describe("words between signs", () => {
  it("are bold and italic, highlighted, or a formula, and what follows is not", () => {
    expect(typed("so ***both ways*** on")).toBe("so both ways<bold><italic> on");
    expect(typed("==a==, (==b c==)")).toBe("a<highlight>, (b c<highlight>)");
    expect(typed("$x$ y")).toBe("x<math> y");
  });

  it("stay as they are typed where the signs mean something else", () => {
    for (const text of [
      "a == b == c",
      "if (a==b) c==d",
      "\\==a==",
      "=====",
      "x***y***",
      "*** a ***",
      "2***3***",
    ])
      expect(typed(text)).toBe(text);
    expect(typed("==a== ***b***", "codeBlock")).toBe("==a== ***b***");
  });
});

describe("a sign that the block has already", () => {
  const typedIn = (type: string, before: string, text: string) => {
    const attrs = { id: newBlockId(), type, depth: 0, props: {} };
    const doc = schema.node("doc", null, [schema.node("block", attrs, before ? schema.text(before) : [])]);
    const state = typeInto(EditorState.create({ doc }), text);
    return state.doc.children.map(({ attrs: { type: now }, textContent }) => `${now} ${textContent}`);
  };

  it("goes where Enter went on with a list or a quote: who types Markdown says it on each line", () => {
    expect(typedIn("bullet", "", "- two")).toEqual(["bullet two"]);
    expect(typedIn("number", "", "2. two")).toEqual(["number two"]);
    expect(typedIn("quote", "", "> two")).toEqual(["quote two"]);
    expect(typedIn("bullet", "", "1. two")).toEqual(["number two"]);
  });

  it("stays before words, and where nothing goes on", () => {
    expect(typedIn("bullet", "words", "- ")).toEqual(["bullet - words"]);
    expect(typedIn("heading1", "", "# ")).toEqual(["heading1 # "]);
  });
});

it("what an input method wrote becomes the same as what is typed", () => {
  vi.useFakeTimers();
  const composed = (text: string) => {
    const rules = markdownRules() as ReturnType<typeof inputRules>;
    const attrs = { id: newBlockId(), type: "paragraph", depth: 0, props: {} };
    const doc = schema.node("doc", null, [schema.node("block", attrs, schema.text(text))]);
    const state = EditorState.create({ doc, selection: TextSelection.create(doc, 1 + text.length) });
    const view = {
      state,
      dispatch: (tr: typeof state.tr) => {
        view.state = state.apply(tr);
      },
    };
    const heard = rules.props.handleDOMEvents?.compositionend;
    heard?.call(rules, view as unknown as EditorView, new CompositionEvent("compositionend"));
    vi.runAllTimers();
    return view.state.doc.children.map(({ textContent, firstChild, attrs: { type } }) =>
      [type, textContent, ...(firstChild?.marks.map((mark) => mark.type.name) ?? [])].join(" "),
    );
  };
  expect(composed("- ")).toEqual(["bullet "]);
  expect(composed("---")).toEqual(["divider ", "paragraph "]);
  expect(composed("$x^2$")).toEqual(["paragraph x^2 math"]);
  expect(composed("***b***")).toEqual(["paragraph b bold italic"]);
  expect(composed("==b==")).toEqual(["paragraph b highlight"]);
  expect(composed("[a](https://b.c)")).toEqual(["paragraph a link"]);
  vi.useRealTimers();
});
