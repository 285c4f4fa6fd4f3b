/** The replay's own rules, on a part of the recorded session and on made-up ones that need no recording. */

import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createDice, type Dice } from "../lib/core/guard-fixtures.ts";
import { blockId } from "../lib/core/ids.ts";
import { LineIndex } from "./replay-lines.ts";
import { createMemoryLog } from "./replay-log.ts";
import { isPaperHere, type Patch, paperPath, type Recording, readPaper, splice } from "./replay-paper.ts";
import { assertEqual, replay } from "./replay-session.ts";
import { Typist, textOfBlocks } from "./replay-typist.ts";

const EDITS = 5_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 10];

/** Plays a recording into a log in memory; after every edit the outline must say what splicing a string gives. */
async function replayChecked(recording: Recording, seed: number) {
  let plain = recording.start;
  const dice = createDice(seed);
  return replay(recording, createMemoryLog(), {
    makeId: () => blockId(Array.from({ length: 32 }, () => dice(16).toString(16)).join("")),
    onEdit(typist, count) {
      const patch = recording.patches[count - 1];
      if (patch) plain = splice(plain, patch);
      const what = `the outline after edit ${count}, ${JSON.stringify(patch)},`;
      assertEqual(what, textOfBlocks(typist.map), plain);
    },
  });
}

/** Anything anywhere: several newlines at once, deletions over many lines, both in one edit. */
function madeUp(seed: number, count: number): Recording {
  const dice = createDice(seed);
  const start = "one\n\nthree";
  const patches: Patch[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const position = dice(end.length + 1);
    const most = Math.min(end.length - position, dice(10) === 0 ? 40 : 3);
    const patch: Patch = [position, dice(3) === 0 ? dice(most + 1) : 0, words(dice)];
    patches.push(patch);
    end = splice(end, patch);
  }
  return { start, patches, end };
}

function words(dice: Dice): string {
  return Array.from({ length: dice(5) }, () => "abc \n\n"[dice(6)]).join("");
}

describe("replay", () => {
  it(`${EDITS} edits of the recorded session are the same in blocks as in a string, after each edit`, async (context) => {
    if (!isPaperHere()) return context.skip(`${paperPath} is not there`);
    const { edits, blocks } = await replayChecked(readPaper(EDITS), 1);
    expect(edits).toBe(EDITS);
    expect(blocks).toBeGreaterThan(20);
  }, 20_000);

  it.each(SEEDS)(
    "made-up edits with newlines are the same in blocks as in a string, seed %i",
    async (seed) => {
      console.info(`seed ${seed}`);
      const { traffic, spent } = await replayChecked(madeUp(seed, 400), seed);
      expect(traffic.rows).toBeGreaterThan(0);
      expect([...spent.keys()].toSorted()).toEqual(
        ["delete block", "erase", "join", "new block", "split", "type"].toSorted(),
      );
    },
    20_000,
  );

  it("a recording that ends otherwise is noticed, with the place", async () => {
    const recording = { ...madeUp(5, 50), end: "x" };
    await expect(replay(recording, createMemoryLog())).rejects.toThrow(
      /the outline after the last edit differs at 0/,
    );
  });
});

describe("typist", () => {
  const typed = (start: string, ...patches: Patch[]) => {
    const typist = new Typist(new Y.Doc(), start);
    const before = typist.map.outline().items.map(({ id }) => id);
    for (const patch of patches) typist.edit(patch);
    const after = typist.map.outline().items.map(({ id }) => before.indexOf(id));
    return { after, text: textOfBlocks(typist.map) };
  };

  it.each<[string, string, Patch, number[]]>([
    ["inside a line splits its block", "ab", [1, 0, "\n"], [0, -1]],
    ["at the end of a line makes a block behind it", "ab\nc", [2, 0, "\n"], [0, -1, 1]],
    ["at the start of a line makes an empty block before it", "ab\nc", [3, 0, "\n"], [0, -1, 1]],
    ["deleted joins the second block to the first", "ab\nc", [2, 1, ""], [0]],
    ["deleted before an empty block deletes that block", "ab\n", [2, 1, ""], [0]],
    ["deleted behind an empty block deletes that block", "\nab", [0, 1, ""], [1]],
  ])("a newline %s", (_, start, patch, blocks) => {
    expect(typed(start, patch)).toEqual({ after: blocks, text: splice(start, patch) });
  });
});

describe("index of lines", () => {
  it.each([11, 12])(
    "finds the line and offset of every position, also after many changes, seed %i",
    (seed) => {
      const dice = createDice(seed);
      const index = new LineIndex<number>();
      const lines: number[] = [];
      for (let i = 0; i < 500; i++) {
        const at = dice(lines.length + 1);
        const choice = dice(4);
        if (choice > 0 && at < lines.length) {
          index.grow(at, 3);
          lines[at] = (lines[at] ?? 0) + 3;
        } else if (dice(10) === 0 && at < lines.length) {
          index.remove(at);
          lines.splice(at, 1);
        } else {
          index.insert(at, { id: i, length: 2 });
          lines.splice(at, 0, 2);
        }
      }
      let position = 0;
      for (const [number, length] of lines.entries()) {
        for (let offset = 0; offset <= length; offset++, position++)
          expect(index.locate(position)).toMatchObject({ index: number, offset });
      }
      expect(lines.length).toBeGreaterThan(80);
      expect(index.at(lines.length)).toBeUndefined();
      expect(() => index.locate(position)).toThrow("The text ends before");
    },
  );
});
