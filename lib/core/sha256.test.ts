import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "./base64.ts";
import { sha256Hex } from "./sha256.ts";

/** Deterministic bytes, so that a failure names its length only. */
function bytesOf(length: number): Uint8Array {
  let seed = length + 1;
  return Uint8Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed >> 8;
  });
}

test("SH1 the sum is SHA-256 for every length around the block borders", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = bytesOf(length);
    expect(sha256Hex(bytes), `length ${length}`).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("SH2 one changed bit changes the sum", () => {
  const bytes = bytesOf(1_000);
  const before = sha256Hex(bytes);
  bytes[500] = (bytes[500] ?? 0) ^ 1;
  expect(sha256Hex(bytes)).not.toBe(before);
});

test("BY1 bytes come back from base64, long ones and with line breaks too", () => {
  for (const length of [0, 1, 2, 3, 76, 70_000]) {
    const bytes = bytesOf(length);
    const text = toBase64(bytes);
    expect(text).toBe(Buffer.from(bytes).toString("base64"));
    expect(fromBase64(text)).toEqual(bytes);
    expect(fromBase64(text.replace(/.{76}/g, "$&\n"))).toEqual(bytes);
  }
});

test("BY2 what is not base64 throws", () => {
  expect(() => fromBase64("ab$d")).toThrow();
});
