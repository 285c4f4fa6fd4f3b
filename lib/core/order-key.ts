/**
 * Order keys: fractional keys that compare by byte (`collate "C"` in SQL, `<` on ASCII strings here).
 * Two people who insert at one place get the same key; ties break by block id, and the next insert
 * between them writes new keys (see arrange in block-edit.ts).
 */
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

export const FIRST_ORDER_KEY = "a0";

/** Longest key that a row of `blocks` may hold, in bytes; longer ones are re-keyed by the projection. */
export const MAX_ORDER_KEY_BYTES = 200;

/** A key that the generator accepts as a bound. Keys come from other people's bytes, so this never throws. */
export function isOrderKey(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > MAX_ORDER_KEY_BYTES) return false;
  if (isPlainKey(value)) return true;
  try {
    generateKeyBetween(value, null);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Nearly all keys that there are: known good without asking the generator, which costs more than the block. */
function isPlainKey(value: string): boolean {
  const head = value.charCodeAt(0) - 97; // "a": an integer of one digit, "b" of two, …
  if (head < 0 || head > 25 || !/^[0-9A-Za-z]+$/.test(value)) return false;
  const integer = head + 2;
  return value.length === integer || (value.length > integer && !value.endsWith("0"));
}

/** `count` ascending keys strictly between two bounds; null is an open end. */
export function orderKeysBetween(after: string | null, before: string | null, count: number): string[] {
  return count === 0 ? [] : generateNKeysBetween(after, before, count);
}
