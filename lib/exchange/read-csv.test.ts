import { describe, expect, it } from "vitest";
import { textOf } from "../core/block-tree.ts";
import { type LinkOfRow, readCsv } from "./read-csv.ts";

const bytes = (words: string) => new TextEncoder().encode(words);

function cellsOf(file: Uint8Array, linkOfRow?: LinkOfRow) {
  const read = readCsv(file, linkOfRow);
  if (!read.ok) return read.reason;
  const [table] = read.blocks;
  if (!table) return null;
  const rows = table.children.map((row) => row.children.map((cell) => textOf(cell.text)));
  return { isHeaded: table.attrs.header === true, rows };
}

describe("a table in text", () => {
  it("has its commas, quotes and lines in cells", () => {
    const file = bytes('Name,Note\r\nAnn,"says ""hi"",\u0007 and\r\nleaves"\r\nBob,\r\n');
    expect(cellsOf(file)).toEqual({
      isHeaded: true,
      rows: [
        ["Name", "Note"],
        ["Ann", 'says "hi", and\nleaves'],
        ["Bob", ""],
      ],
    });
  });

  it("is read with semicolons and tabs, and in the letters of Windows", () => {
    const rows = [
      ["Städte", "Größe"],
      ["Köln", "1,1"],
    ];
    for (const sign of [";", "\t"]) {
      const text = rows.map((row) => row.join(sign)).join("\r\n");
      const western = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      for (const file of [bytes(text), bytes(`\ufeff${text}`), western])
        expect(cellsOf(file)).toEqual({ isHeaded: true, rows });
    }
  });

  it("does not begin with the line that tells Excel its separator", () => {
    const rows = [
      ["Name", "Sum"],
      ["a|b|c|d", "1,5"],
    ];
    for (const first of ["sep=;\r\n", '"sep=;"\n', "\ufeffSEP=;\n"])
      expect(cellsOf(bytes(`${first}Name;Sum\na|b|c|d;1,5\n`))).toEqual({ isHeaded: true, rows });
    expect(cellsOf(bytes("sep=ab\n1\n"))).toMatchObject({ rows: [["sep=ab"], ["1"]] });
  });

  it("has no head of numbers or of gaps, and no empty lines and last columns", () => {
    expect(cellsOf(bytes("2024,1.5\n2025,2"))).toMatchObject({ isHeaded: false });
    expect(cellsOf(bytes("a,\nb,c"))).toMatchObject({ isHeaded: false });
    expect(cellsOf(bytes("a,b,,\n\n , ,,\nc,d,,\n"))).toEqual({
      isHeaded: true,
      rows: [
        ["a", "b"],
        ["c", "d"],
      ],
    });
  });

  it("links to what is an address as a whole, and from its first column to documents", () => {
    const read = readCsv(
      bytes("Name,Site\nPlan,https://example.com/a?b=1\nPlan,javascript:alert(1)\nName,see https://a.b"),
      (words) => (words === "Plan" || words === "Name" ? `/to/${words}` : null),
    );
    const links = read.ok
      ? read.blocks[0]?.children.map((row) => row.children.map(({ text }) => text[0]?.marks.link ?? null))
      : null;
    expect(links).toEqual([
      [null, null],
      [{ href: "/to/Plan" }, { href: "https://example.com/a?b=1" }],
      [{ href: "/to/Plan" }, null],
      [{ href: "/to/Name" }, null],
    ]);
  });

  it("is refused by a sentence when it is binary or too large, and is nothing when it is empty", () => {
    expect(cellsOf(bytes(""))).toBe(null);
    expect(cellsOf(bytes("\n , \n"))).toBe(null);
    expect(cellsOf(Uint8Array.from([1, 0, 2, 0]))).toMatch(/binary/);
    expect(cellsOf(bytes("a,b,c\n".repeat(5_000)))).toMatch(/20,000 blocks/);
    expect(cellsOf(bytes("a\n".repeat(100_000)))).toMatch(/20,000 blocks/);
    expect(cellsOf(bytes(`a,"${"b".repeat(400_001)}"\n`))).toMatch(/400,000/);
    expect(cellsOf(bytes("a,b,c\n".repeat(4_999)))).toMatchObject({ isHeaded: true });
  });
});
