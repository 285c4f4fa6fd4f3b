/**
 * Any number of blocks that nobody wrote: words as rare and as common as in a language (Zipf), texts of 12 to 60 words,
 * vectors around 400 topics. The same numbers give the same blocks.
 */
import { createDice } from "../../lib/core/guard-fixtures.ts";

const SYLLABLES =
  "ba be bi bo ca ce co da de di do fa fe fo ga go ha he ho ka ke la le li lo ma me mi mo na ne no".split(
    " ",
  );
const VOCABULARY = 20_000;
const TOPICS = 400;
const DIMENSIONS = 384;

export interface MadeUp {
  text(): string;
  query(): string;
  /** Near a topic: of a block and of a query alike. */
  vector(): number[];
}

export function makeUp(seed: number): MadeUp {
  const dice = createDice(seed);
  const chance = () => dice(1_000_003) / 1_000_003;
  const vocabulary = Array.from({ length: VOCABULARY }, (_, at) => wordOf(at));
  // A word's rank by Zipf's law: as many fall below 10 as between 10 and 100 and so on.
  const word = () => vocabulary[Math.floor(VOCABULARY ** chance()) - 1] ?? "ba";
  const words = (count: number) => Array.from({ length: count }, word).join(" ");
  const normal = () => chance() + chance() + chance() + chance() - 2;
  const topics = Array.from({ length: TOPICS }, () => Array.from({ length: DIMENSIONS }, normal));
  return {
    text: () => words(12 + dice(49)),
    query: () => {
      const asked = words(1 + dice(6));
      return dice(5) === 0 ? withTypo(asked, dice(asked.length)) : asked;
    },
    vector: () => {
      const topic = topics[dice(TOPICS)] ?? [];
      const near = topic.map((value) => value + 0.7 * normal());
      const length = Math.hypot(...near);
      return near.map((value) => value / length);
    },
  };
}

function wordOf(at: number): string {
  let rest = at;
  let word = "";
  do {
    word += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  } while (rest > 0 || word.length < 4);
  return word;
}

const withTypo = (text: string, at: number) => text.slice(0, at) + text.slice(at + 1);
