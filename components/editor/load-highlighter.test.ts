import { describe, expect, it } from "vitest";
import { filterLanguages, LANGUAGES, languageName, languageOf } from "../../lib/editor/languages.ts";
import { loadHighlighter } from "./load-highlighter.ts";

async function tokensOf(language: string, text: string): Promise<string[]> {
  const highlight = await loadHighlighter(language);
  return (highlight?.(text) ?? []).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);
}

describe("highlighters", () => {
  it("tell words of a language, values and remarks, each at its place", async () => {
    expect(await tokensOf("sql", "SELECT 'a', 1 FROM b; -- c")).toEqual([
      "k SELECT",
      "s 'a'",
      "s 1",
      "k FROM",
      "c -- c",
    ]);
    expect(await tokensOf("yaml", "a: 'b' # c")).toEqual(["s 'b'", "c # c"]);
  });

  it("there is one for every language that can be chosen", async () => {
    for (const { id } of LANGUAGES) expect((await loadHighlighter(id)) !== null, id).toBe(id !== "");
    expect(await loadHighlighter("klingon")).toBe(null);
  });

  it("take what is no code of theirs, and cover no more than the text", async () => {
    for (const { id } of LANGUAGES) {
      const highlight = await loadHighlighter(id);
      const text = "<<{{'\"`/* ${ \u0000 字🙂 -- # end\n".repeat(3);
      let at = 0;
      for (const { from, to } of highlight?.(text) ?? []) {
        expect(from).toBeGreaterThanOrEqual(at);
        expect(to).toBeGreaterThan(from);
        at = to;
      }
      expect(at).toBeLessThanOrEqual(text.length);
    }
  });
});

describe("languages", () => {
  it("are found by name, id and other words, and called by name", () => {
    expect(filterLanguages("py").map(({ id }) => id)).toEqual(["python"]);
    expect(filterLanguages("c#").map(({ id }) => id)).toEqual(["csharp"]);
    expect(filterLanguages("")).toHaveLength(LANGUAGES.length);
    expect(filterLanguages("klingon")).toEqual([]);
    expect([languageOf(" TS ")?.id, languageOf("klingon")]).toEqual(["typescript", null]);
    expect(["", "sql", "ts", "klingon"].map(languageName)).toEqual(["Text", "SQL", "TypeScript", "klingon"]);
  });
});
