import { Mapping, StepMap } from "@tiptap/pm/transform";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { followerOf } from "./kept-text.ts";

/** Ranges that ascend, with or without room between them, of any size before and after. */
const stepMap = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { maxLength: 4 }).map((ranges) => {
  let end = 0;
  return new StepMap(
    ranges.flatMap(([gap, before, after]) => {
      const start = end + gap;
      end = start + before;
      return [start, before, after];
    }),
  );
});

it("a character is followed through position maps as the engine's own mapping follows it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(stepMap, fc.boolean()), { maxLength: 6 }), (steps) => {
      const maps = steps.map(([map, isInverted]) => (isInverted ? map.invert() : map));
      const follow = followerOf(maps);
      const mapping = new Mapping([...maps]);
      for (let position = 0; position < 40; position++) {
        const { pos, deletedAfter } = mapping.mapResult(position, 1);
        expect(follow(position)).toBe(deletedAfter ? null : pos);
      }
    }),
  );
});
