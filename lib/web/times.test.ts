import { expect, test } from "vitest";
import { ago, ahead, endInTrash } from "./times.ts";

const now = new Date("2026-11-22T12:00:00Z");
const before = (ms: number) => ago(new Date(now.getTime() - ms), now);
const after = (ms: number) => ahead(new Date(now.getTime() + ms), now);

test("a time is said in the largest whole unit, and after a week as a date", () => {
  expect(before(-5_000)).toBe("just now");
  expect(before(59_999)).toBe("just now");
  expect(before(60_000)).toBe("1 minute ago");
  expect(before(3_599_000)).toBe("59 minutes ago");
  expect(before(25 * 3_600_000)).toBe("1 day ago");
  expect(before(7 * 24 * 3_600_000)).toBe("15 November 2026");
});

test("an end is said in days, and near it in hours", () => {
  expect(after(7 * 24 * 3_600_000 - 1000)).toBe("in 7 days");
  expect(after(47 * 3_600_000)).toBe("in 47 hours");
  expect(after(60_000)).toBe("within the hour");
});

test("the trash says in how many days something is deleted forever", () => {
  const days = (number: number) => endInTrash(new Date(now.getTime() - number * 86_400_000), now);
  expect([0, 0.5, 18, 29, 29.9].map(days)).toEqual([
    ...["in 30 days", "in 30 days", "in 12 days", "in 1 day", "in 1 day"],
  ]);
  expect([30, 31].map(days)).toEqual(["within the hour", "within the hour"]);
});
