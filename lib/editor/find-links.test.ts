import * as fc from "fast-check";
import { expect, it } from "vitest";
import { linkFinder } from "./find-links.ts";

it("takes a word for an address that is written in full, in brackets and before a stop too, and no other", () => {
  const full = [
    "http://localhost",
    "https://a.com",
    "(https://a.com)",
    "mailto:ada@a.com",
    "ada@a.com",
    "www.a.com",
    "ada@a.com,",
    "(www.a.com).",
  ];
  expect(full.map((word) => linkFinder.ofWord(word)?.href)).toEqual([
    "http://localhost",
    "https://a.com",
    "https://a.com",
    "mailto:ada@a.com",
    "mailto:ada@a.com",
    "http://www.a.com",
    "mailto:ada@a.com",
    "http://www.a.com",
  ]);
  for (const word of [
    "a.com",
    "a.com.",
    "main.rs",
    "www.",
    "@ada",
    "ada@host",
    "git@a.com:b/c",
    "word",
    "localhost",
    "a/b?c#d",
  ])
    expect(linkFinder.ofWord(word)).toBeNull();
});

it("ends an address in a text where a bracket or a quotation mark of code does", () => {
  const text = `<a href="https://a.com/b">it's</a> <ann@a.com> xmlns='http://a.com/c'>d()`;
  expect(linkFinder.all(text).map(({ start, end }) => text.slice(start, end))).toEqual([
    "https://a.com/b",
    "ann@a.com",
    "http://a.com/c",
  ]);
});

it("finds no address in words without a point or a colon, which are therefore not looked at", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replace(/[.:]/g, ""));
  const parts = fc.constantFrom(
    "http",
    "https",
    "//",
    "www",
    "com",
    "@",
    "localhost",
    "a",
    "/",
    "mailto",
    "。",
    "：",
  );
  const address = fc.array(parts, { maxLength: 6 }).map((all) => all.join(""));
  fc.assert(
    fc.property(fc.oneof(word, address), (text) => {
      expect(linkFinder.all(text)).toEqual([]);
    }),
  );
});
