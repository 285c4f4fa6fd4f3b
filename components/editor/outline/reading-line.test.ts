import { expect, it } from "vitest";
import { readingLine } from "./reading-line.ts";

const at = (scrolled: number, mostScrolled: number) => readingLine({ height: 800, scrolled, mostScrolled });

it("one reads in the middle of the window, at its top before one scrolls, at its bottom at the end", () => {
  expect([0, 200, 400, 5_000, 9_600, 9_800, 10_000].map((scrolled) => at(scrolled, 10_000))).toEqual([
    0, 200, 400, 400, 400, 600, 800,
  ]);
});

it("on a page that hardly scrolls each place is still reached, in order", () => {
  const lines = [0, 10, 20, 29, 30, 40, 50, 60].map((scrolled) => at(scrolled, 60));
  expect(lines[0]).toBe(0);
  expect(lines.at(-1)).toBe(800);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  expect(at(0, 0)).toBe(0);
});
