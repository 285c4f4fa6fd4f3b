import { generateKeyBetween } from "fractional-indexing";
import { expect, it } from "vitest";
import { isOrderKey, orderKeysBetween } from "./order-key.ts";

function counts(key: string): boolean {
  try {
    generateKeyBetween(key, null);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

it("BM15 a key is taken exactly when the generator can count on from it", () => {
  const made = orderKeysBetween(null, null, 5_000);
  const between = made.slice(0, 300).flatMap((key, i) => orderKeysBetween(key, made[i + 1] ?? null, 3));
  const heads = [..."azAZm0~é", ""];
  const tails = ["", "0", "00", "1", "zz", "10", "V0", "-", "00000000000000000000000000", "é"];
  const odd = heads.flatMap((head) =>
    tails.flatMap((tail) => [head + tail, `${head}1${tail}`, `${head}V1${tail}`]),
  );
  const wrong = [...made, ...between, ...odd].filter(
    (key) => isOrderKey(key) !== (key !== "" && counts(key)),
  );
  expect(wrong).toEqual([]);
  expect(odd.filter(isOrderKey).length).toBeGreaterThan(10);
  expect([null, 7, "a".repeat(300)].filter(isOrderKey)).toEqual([]);
});
