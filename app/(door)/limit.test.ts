import { expect, test } from "vitest";
import { mayTry } from "./limit.ts";

test("a key has its tries a minute, and another key has its own", () => {
  expect([1, 2, 3, 4].map(() => mayTry("a", 3, 1000))).toEqual([true, true, true, false]);
  expect(mayTry("b", 3, 1000)).toBe(true);
  expect(mayTry("a", 3, 60_999)).toBe(false);
  expect(mayTry("a", 3, 61_000)).toBe(true);
});

test("ten thousand keys are remembered, not more", () => {
  mayTry("first", 1, 0);
  for (let n = 0; n < 10_000; n++) mayTry(`key ${n}`, 1, 0);
  expect(mayTry("first", 1, 0)).toBe(true);
  expect(mayTry("key 9999", 1, 0)).toBe(false);
});
