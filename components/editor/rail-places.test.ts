import { expect, it } from "vitest";
import { apart } from "./rail-places.ts";

it("leaves marks where they are, and moves those apart that would cover each other", () => {
  const rounded = (shares: number[]) => apart(shares, 620).map((share) => Math.round(share * 100) / 100);
  expect(rounded([0.1, 0.5, 0.9])).toEqual([0.1, 0.5, 0.9]);
  expect(rounded([0.5, 0.5, 0.52])).toEqual([0.5, 0.55, 0.6]);
  expect(rounded([0.2, 1, 1])).toEqual([0.2, 0.95, 1]);
  const many = apart(
    Array.from({ length: 40 }, () => 0.5),
    620,
  );
  expect(Math.min(...many)).toBeGreaterThanOrEqual(-1e-9);
  expect(Math.max(...many)).toBeLessThanOrEqual(1 + 1e-9);
  expect(new Set(many.map((share) => share.toFixed(4))).size).toBe(40);
});
