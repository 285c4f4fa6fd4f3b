import { expect, it, vi } from "vitest";
import { readMarkdownFile } from "./read-markdown-file.ts";

// Large files take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const bytes = (text: string) => new TextEncoder().encode(text);

it("reads a file of UTF-8, with a byte order mark and any line ends", () => {
  expect(readMarkdownFile(bytes("\ufeff# Ä\r\n\r\na\rb"))).toEqual({
    ok: true,
    title: "Ä",
    blocks: [{ type: "paragraph", attrs: {}, text: [{ text: "a b", marks: {} }], children: [] }],
  });
});

it("refuses a file of 10 MB and takes one just below", () => {
  const line = bytes(`${"a".repeat(999)}\n`);
  const below = new Uint8Array(9_999_000).fill(10);
  below.set(line);
  expect(readMarkdownFile(below)).toMatchObject({ ok: true });
  expect(readMarkdownFile(new Uint8Array(10_000_000))).toEqual({
    ok: false,
    reason: "This file has 10.0 MB; a Markdown file must be smaller than 10 MB.",
  });
});

it("refuses more blocks than a document holds, before it has read them all", () => {
  expect(readMarkdownFile(bytes("- a\n".repeat(2_000)))).toMatchObject({ ok: true });
  expect(readMarkdownFile(bytes("- a\n".repeat(2_000_000)))).toEqual({
    ok: false,
    reason: "This file makes more than 20,000 blocks, the most that one document holds.",
  });
});

it("refuses one endless block", () => {
  const reason = "This file has a block of more than 400,000 characters: divide it and try again.";
  expect(readMarkdownFile(bytes(`\`\`\`\n${"x\n".repeat(300_000)}`))).toEqual({ ok: false, reason });
  expect(readMarkdownFile(bytes("x".repeat(5_000_000)))).toEqual({ ok: false, reason });
});

it.each([
  ["a NUL", bytes("a\0b"), "This file holds binary data and is no Markdown text."],
  ["control characters", bytes("a\u0002b"), "This file holds binary data and is no Markdown text."],
  [
    "a picture",
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a),
    "This file is not text in UTF-8: save it as UTF-8 and try again.",
  ],
  [
    "Latin-1",
    Uint8Array.of(0x41, 0xe4, 0x42),
    "This file is not text in UTF-8: save it as UTF-8 and try again.",
  ],
])("refuses %s with one sentence", (_what, content, reason) => {
  expect(readMarkdownFile(content)).toEqual({ ok: false, reason });
});

it.each([
  ["low byte first", [0xff, 0xfe, 0x41, 0x00]],
  ["high byte first", [0xfe, 0xff, 0x00, 0x41]],
])("reads UTF-16 that says so, %s", (_what, bytes) => {
  const file = readMarkdownFile(Uint8Array.from(bytes));
  expect(file).toMatchObject({ ok: true, blocks: [{ text: [{ text: "A" }] }] });
});
