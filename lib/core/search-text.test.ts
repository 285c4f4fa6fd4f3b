import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanQuery, highlightRanges, MAX_QUERY_LENGTH } from "./search-text.ts";

const marked = (text: string, query: string) =>
  highlightRanges(text, query).map(({ start, end }) => text.slice(start, end));

describe("what is marked", () => {
  it.each([
    ["The wings of a wing", "wing", ["wings", "wing"]],
    ["Café, naïve ÜBER", "cafe uber", ["Café", "ÜBER"]],
    ["Straße und Ære", "strasse aere", ["Straße", "Ære"]],
    ["МОСКВА и москва", "Москва", ["МОСКВА", "москва"]],
    ["experimental results", "experimetal", ["experimental"]],
    ["the sea, a set", "se", ["sea", "set"]],
    ["the sea, a set", "se ", []],
    ["they went there", "the ferry", []],
    ["don't stop", "dont", ["don't"]],
    ["白板保存有问题", "保存", ["保存"]],
    ["白板保存有问题", "白板 问题", ["白板", "问题"]],
    ["한국어 문장", "국어", ["국어"]],
    ["e\u0301tude", "étude", ["e\u0301tude"]],
    ["<b>bold</b>", "bold", ["bold"]],
  ])("HL1 in %j for %j", (text, query, expected) => {
    expect(marked(text, query)).toEqual(expected);
  });

  it("HL2 ranges are sorted, apart, inside the text, and never cut a character", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(texts, texts, fc.nat(20), (text, other, from) => {
        const ranges = highlightRanges(text, `${other} ${[...text].slice(from, from + 4).join("")}`);
        let last = -1;
        for (const { start, end } of ranges) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          if (text.isWellFormed()) expect(text.slice(start, end).isWellFormed()).toBe(true);
          last = end;
        }
      }),
    );
  });
});

describe("a query", () => {
  it("HL3 is sent without what Postgres refuses and no longer than it is read", () => {
    expect(cleanQuery("a\u0000b\ud800c")).toBe("a bc");
    expect(cleanQuery("x".repeat(5_000))).toHaveLength(MAX_QUERY_LENGTH);
    expect(cleanQuery(`${"x".repeat(MAX_QUERY_LENGTH - 1)}😀`).isWellFormed()).toBe(true);
  });
});
