import { expect, test } from "vitest";
import { createLimit } from "./limit.ts";

test("a key has its tries a minute, and another key has its own", () => {
  const limit = createLimit(3);
  expect([1, 2, 3, 4].map(() => limit.secondsToWait("a", 1000))).toEqual([0, 0, 0, 60]);
  expect(limit.secondsToWait("b", 1000)).toBe(0);
  expect(limit.secondsToWait("a", 60_999)).toBe(1);
  expect(limit.secondsToWait("a", 61_000)).toBe(0);
});

test("two limits count apart", () => {
  const [one, other] = [createLimit(1), createLimit(1)];
  expect([one.secondsToWait("a", 0), other.secondsToWait("a", 0), one.secondsToWait("a", 0)]).toEqual([
    0, 0, 60,
  ]);
});

test("a hundred thousand keys leave no more than the ten thousand that began last", () => {
  const limit = createLimit(1);
  for (let n = 0; n < 100_000; n++) limit.secondsToWait(`key ${n}`, 0);
  expect(limit.secondsToWait("key 99999", 0)).toBe(60);
  expect(limit.secondsToWait("key 90000", 0)).toBe(60);
  expect(limit.secondsToWait("key 89999", 0)).toBe(0);
});
