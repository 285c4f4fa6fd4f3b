import { expect, it } from "vitest";
import { keepRecentEmoji, readRecentEmoji } from "./recent-emoji.ts";

function storage(kept: string | null = null) {
  let value = kept;
  return {
    getItem: () => value,
    setItem: (_key: string, next: string) => {
      value = next;
    },
  };
}

it("the last one used comes first, each is there once, and the list does not grow without end", () => {
  const own = storage();
  for (const one of ["😀", "🎉", "😀"]) keepRecentEmoji(one, own);
  expect(readRecentEmoji(own)).toEqual(["😀", "🎉"]);
  for (let n = 0; n < 40; n++) keepRecentEmoji(`e${n}`, own);
  expect(readRecentEmoji(own)).toHaveLength(24);
  expect(readRecentEmoji(own)[0]).toBe("e39");
});

it.each(["{", "{}", "[1]", `["${"x".repeat(40)}"]`, "null"])(
  "what is not such a list is none: %s",
  (kept) => {
    expect(readRecentEmoji(storage(kept))).toEqual([]);
  },
);
