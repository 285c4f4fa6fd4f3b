import { describe, expect, it } from "vitest";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { type BlocksNow, blockNews } from "./block-news.ts";

const [a, b]: BlockId[] = [newBlockId(), newBlockId()];
const at = (change: Partial<BlocksNow> = {}): BlocksNow => ({
  id: a as BlockId,
  index: 2,
  depth: 0,
  chosen: 0,
  count: 9,
  marks: [],
  ...change,
});

describe("what a key did with blocks", () => {
  it.each<[string, BlocksNow, BlocksNow, string | null]>([
    ["typing", at(), at(), null],
    ["the caret in another block", at(), at({ id: b as BlockId, index: 3 }), null],
    ["a new line", at(), at({ id: b as BlockId, index: 3, count: 10 }), null],
    ["Escape", at(), at({ chosen: 1 }), "1 block chosen"],
    ["Shift and an arrow", at({ chosen: 1 }), at({ chosen: 3 }), "3 blocks chosen"],
    ["an arrow", at({ chosen: 1 }), at({ id: b as BlockId, index: 3, chosen: 1 }), "1 block chosen"],
    ["a move", at(), at({ index: 3 }), "Moved to place 4 of 9"],
    ["a move of the chosen", at({ chosen: 2 }), at({ chosen: 2, index: 0 }), "Moved to place 1 of 9"],
    ["Tab", at(), at({ depth: 1 }), "On level 2"],
    ["Delete", at({ chosen: 2 }), at({ id: b as BlockId, count: 7 }), "2 blocks deleted"],
    [
      "duplicating",
      at({ chosen: 2 }),
      at({ id: b as BlockId, index: 4, chosen: 2, count: 11 }),
      "2 blocks duplicated",
    ],
    ["bold", at({ chosen: 2 }), at({ chosen: 2, marks: ["bold"] }), "2 blocks bold"],
    [
      "bold taken off",
      at({ chosen: 1, marks: ["bold", "strike"] }),
      at({ chosen: 1, marks: ["strike"] }),
      "1 block no longer bold",
    ],
    [
      "code over bold",
      at({ chosen: 2, marks: ["bold"] }),
      at({ chosen: 2, marks: ["code"] }),
      "2 blocks in code",
    ],
    ["letting go", at({ chosen: 2 }), at(), null],
  ])("%s", (_, before, now, said) => {
    expect(blockNews(before, now)).toBe(said);
  });
});
