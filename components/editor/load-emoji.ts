import type { Emoji } from "../../lib/editor/emoji.ts";

let loading: Promise<readonly Emoji[]> | null = null;

/** All emoji with their words; none where they cannot be had: then what is typed stays as it is. */
export function loadEmoji(): Promise<readonly Emoji[]> {
  loading ??= import("emojilib")
    .then(({ default: all }) =>
      Object.entries(all).map(([character, words]) => ({
        character,
        words: words.map((word) => word.toLowerCase()),
      })),
    )
    .catch((error: unknown) => {
      // offline, or a new version of the product is out: the next colon asks again
      console.warn("no emoji", error);
      loading = null;
      return [];
    });
  return loading;
}
