import { expect, test } from "vitest";
import { type BlockId, blockId } from "../../lib/core/ids.ts";
import type { LostBlock } from "../../lib/editor/lost-blocks.ts";
import { lostBlocksWords } from "./lost-blocks-words.ts";

const block = (digit: string, isOwn: boolean): LostBlock => ({
  id: blockId(digit.repeat(32)),
  shape: { type: "paragraph", attrs: {} },
  characters: [],
  runs: [],
  depth: 0,
  isOwn,
});
const none = (): boolean => false;

test("the notice names who did it when that is known, and counts only the blocks written in", () => {
  const one = { blocks: [block("a", true), block("b", false)] };
  expect(lostBlocksWords(one, "Milo", none).title).toBe("Milo deleted the block you were writing in.");
  const two = { blocks: [block("a", true), block("b", true)] };
  expect(lostBlocksWords(two, null, none).title).toBe("Somebody deleted 2 blocks you were writing in.");
});

test("it says what is still there, and what only the notice keeps", () => {
  const lost = { blocks: [block("a", true), block("b", false)] };
  const stands = (id: BlockId) => id.startsWith("a");
  expect(lostBlocksWords(lost, "Milo", stands).description).toMatch(
    /^What you wrote meanwhile is still there/,
  );
  expect(lostBlocksWords(lost, "Milo", none).description).toMatch(/for as long as this notice stands/);
});
