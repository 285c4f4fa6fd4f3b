import type { inputRules } from "@tiptap/pm/inputrules";
import { EditorState } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { markdownRules } from "./input-rules.ts";
import { schema } from "./schema.ts";

/** What stands in a block once this was typed: words, and behind those that lead somewhere where to. */
function typed(text: string, node = "block"): string {
  const rules = markdownRules() as ReturnType<typeof inputRules>;
  const attrs = { id: newBlockId(), type: node === "codeBlock" ? "code" : "paragraph", depth: 0, props: {} };
  let state = EditorState.create({ doc: schema.node("doc", null, [schema.node(node, attrs)]) });
  const dispatch = (tr: typeof state.tr) => {
    state = state.apply(tr);
  };
  for (const character of text) {
    const { from, to } = state.selection;
    const view = Object.assign(Object.create(null), { state, dispatch });
    if (!rules.props.handleTextInput?.call(rules, view, from, to, character, () => state.tr))
      dispatch(state.tr.insertText(character));
  }
  const runs: string[] = [];
  state.doc.firstChild?.forEach(({ text: words, marks }) => {
    runs.push((words ?? "") + marks.map(({ attrs: { href } }) => `<${href}>`).join(""));
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
