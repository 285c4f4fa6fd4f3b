import { describe, expect, it } from "vitest";
import { filterSlashItems, SLASH_ITEMS } from "./slash-items.ts";

const first = (text: string, count = 1) =>
  filterSlashItems(text)
    .slice(0, count)
    .map(({ name }) => name);

describe("what is typed behind the slash", () => {
  it("finds first what is called so, then what has such a word in its name, then other words for it", () => {
    expect(first("col", 3)).toEqual(["2 columns", "3 columns", "4 columns"]);
    expect(first("co", 2)).toEqual(["Code", "2 columns"]);
    expect(first("ta")).toEqual(["Table"]);
    expect(first("todo")).toEqual(["To-do list"]);
    expect(first("formula", 2)).toEqual(["Formula", "Formula in the text"]);
  });

  it("may be several words, begun only", () => {
    for (const [text, name] of [
      ["to do", "To-do list"],
      ["checklist", "To-do list"],
      ["check list", "To-do list"],
      ["bullet list", "Bulleted list"],
      ["num li", "Numbered list"],
      ["code block", "Code"],
      ["block quote", "Quote"],
      ["head 2", "Heading 2"],
      ["H3", "Heading 3"],
    ] as const)
      expect([text, first(text)[0]]).toEqual([text, name]);
  });

  it("finds each block by its whole name, and nothing by letters without sense", () => {
    for (const { name } of SLASH_ITEMS) expect(first(name)).toEqual([name]);
    expect(filterSlashItems("zzz")).toEqual([]);
  });
});
