import { expect, it } from "vitest";
import { inWords } from "./byline-words.ts";

it("says who wrote last, when, and how much is there", () => {
  const at = Date.UTC(2026, 10, 27, 9);
  const words = (by: string | null, blocks: number, minutes: number) =>
    inWords({ at, by, blocks, readAt: at }, new Date(at + minutes * 60_000));
  expect(words("Ana Kovač", 1_184, 2)).toBe("Edited by Ana Kovač 2 minutes ago · 1,184 blocks");
  expect(words("you", 1, 0)).toBe("Edited by you just now · 1 block");
  expect(words(null, 0, 60 * 24 * 9)).toBe("Edited 27 November 2026");
});
