import { describe, expect, it } from "vitest";
import { fileKind } from "./file-kind.ts";

const bytes = (...parts: (number[] | string)[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const chunk = (name: string, size: number): [number[], string, number[]] => [
  [0, 0, 0, size],
  name,
  new Array<number>(size + 4).fill(0),
];

describe("what a file is", () => {
  it.each([
    ["image/png", bytes(PNG, ...chunk("IHDR", 13), ...chunk("IDAT", 1)), false],
    ["image/png", bytes(PNG, ...chunk("IHDR", 13), ...chunk("acTL", 8), ...chunk("IDAT", 1)), true],
    ["image/jpeg", bytes([0xff, 0xd8, 0xff, 0xe0]), false],
    ["image/gif", bytes("GIF89a"), true],
    ["image/webp", bytes("RIFF....WEBPVP8 ", new Array<number>(20).fill(0)), false],
    ["image/webp", bytes("RIFF....WEBPVP8X", [10, 0, 0, 0, 0x02]), true],
    ["image/avif", bytes([0, 0, 0, 24], "ftypavif"), false],
    ["image/avif", bytes([0, 0, 0, 24], "ftypavis"), true],
  ])("is a picture by its bytes, whatever it is called: %s (%#)", (mime, head, isMoving) => {
    for (const name of ["a.png", "a.svg", "invoice.pdf.exe", ""])
      expect(fileKind(head, name)).toEqual({ ok: true, mime, isPicture: true, isMoving });
  });

  it.each([
    ["application/pdf", bytes("%PDF-1.7"), "a.png"],
    ["application/zip", bytes("PK", [3, 4]), "a.png"],
    [
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      bytes("PK", [3, 4]),
      "A.DOCX",
    ],
    ["application/msword", bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), "a.doc"],
    ["audio/mpeg", bytes("ID3"), "a"],
    ["audio/mpeg", bytes([0xff, 0xfb, 0x90]), "a"],
    ["audio/mp4", bytes([0, 0, 0, 24], "ftypM4A "), "a"],
    ["video/quicktime", bytes([0, 0, 0, 24], "ftypqt  "), "a"],
    ["video/mp4", bytes([0, 0, 0, 24], "ftypisom"), "a"],
    ["audio/wav", bytes("RIFF....WAVE"), "a"],
    ["text/csv", bytes("a;b\n1;2"), "a.csv"],
    ["text/plain", bytes("if (a < b) run()"), "a.js"],
    ["text/plain", new TextEncoder().encode("Grüße, 字"), "a.html"],
  ])("is a file of the type %s (%#)", (mime, head, name) => {
    expect(fileKind(head, name)).toEqual({ ok: true, mime, isPicture: false, isMoving: false });
  });

  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "\n  <?xml version='1.0'?><svg/>",
    "<!DOCTYPE html><p>",
    "<!-- x --><svg/>",
    "\ufeff<html>",
    "<SCRIPT>alert(1)</SCRIPT>",
  ])("refuses what can carry a program, whatever it is called: %s", (source) => {
    for (const name of ["a.svg", "a.png", "a.txt"]) {
      const kind = fileKind(new TextEncoder().encode(source), name);
      expect(kind).toEqual({ ok: false, sentence: expect.stringContaining("can carry programs") });
    }
  });

  it("refuses what it does not know, and says what can be done", () => {
    for (const head of [
      bytes("MZ", [0, 1]),
      bytes([0x7f], "ELF", [0]),
      bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    ])
      expect(fileKind(head, "a.png")).toEqual({ ok: false, sentence: expect.stringContaining("zip file") });
    expect(fileKind(bytes(), "a.png")).toEqual({ ok: false, sentence: expect.stringContaining("empty") });
    expect(fileKind(bytes([0, 0, 0, 24], "ftypheic"), "a")).toEqual({
      ok: false,
      sentence: expect.stringContaining("JPEG"),
    });
  });

  it("takes a long text whose head ends within a letter", () => {
    const head = new TextEncoder().encode("字".repeat(30_000)).subarray(0, 65_536);
    expect(fileKind(head, "a.txt")).toMatchObject({ ok: true, mime: "text/plain" });
  });
});
