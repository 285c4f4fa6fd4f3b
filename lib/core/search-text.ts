/**
 * A query as it is sent, and what of a found text is marked. The database compares folded words (no accents, no
 * capitals); this folds alike, so that what is marked is what was found.
 */

export type TextRange = {
  /** UTF-16 offsets; `end` is behind the last one. */
  readonly start: number;
  readonly end: number;
};

/** Longer queries are cut, here and in the database. */
export const MAX_QUERY_LENGTH = 1_000;

/** What can be sent: without characters that Postgres refuses, no longer than it looks at. */
export function cleanQuery(text: string): string {
  return text.slice(0, MAX_QUERY_LENGTH).toWellFormed().replaceAll("\ufffd", "").replaceAll("\u0000", " ");
}

/** Letters that do not fall apart into a plain one and an accent. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i", ħ: "h", ŋ: "n" },
};
/** Scripts without spaces: any part of a run counts as a word. */
const RUN =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[\ud840-\ud8ff][\udc00-\udfff]/;

/** As texts are compared: no accents, no capitals. */
export function fold(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu, "$1")
    .normalize("NFC")
    .toLowerCase();
  return [...plain].map((one) => PLAIN[one] ?? one).join("");
}

interface Word extends TextRange {
  readonly folded: string;
}

/** Apostrophes are inside words, as in the index. */
function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}'’]+/gu)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    folded: fold(word.replace(/['’]/g, "")),
  }));
}

/**
 * The parts of a text to mark for a query: its words and longer forms of them, what begins with the last one as long as
 * no space follows it, what is a typing error apart, and in scripts without spaces each occurrence. Sorted, not
 * overlapping.
 */
export function highlightRanges(text: string, query: string): TextRange[] {
  const asked = [...new Set(wordsOf(query).map(({ folded }) => folded))].filter((word) => word !== "");
  const words = asked.filter((word) => !RUN.test(word));
  const unfinished = /[\p{L}\p{N}\p{M}'’]$/u.test(query) ? asked.at(-1) : undefined;
  const runs = asked.flatMap((word) =>
    RUN.test(word) ? (word.match(new RegExp(`(?:${RUN.source})+`, "g")) ?? []) : [],
  );
  const ranges = wordsOf(text).flatMap((word) => {
    if (RUN.test(word.folded)) return rangesInRun(text, word, runs);
    const begun = words.find(
      (one) => word.folded.startsWith(one) && (one.length > 3 || one === word.folded || one === unfinished),
    );
    const near = begun ?? words.find((one) => one.length > 3 && isOneTypoApart(one, word.folded));
    return near === undefined ? [] : [{ start: word.start, end: word.end }];
  });
  return merge(ranges);
}

function rangesInRun(text: string, { start, end }: TextRange, runs: readonly string[]): TextRange[] {
  const folded = [...text.slice(start, end)].flatMap((character, at) => ({ character: fold(character), at }));
  const offsets: number[] = [];
  let offset = start;
  for (const character of text.slice(start, end)) {
    offsets.push(offset);
    offset += character.length;
  }
  offsets.push(end);
  const plain = folded.map(({ character }) => character);
  const found: TextRange[] = [];
  for (const run of runs) {
    const parts = [...run];
    for (let at = 0; at + parts.length <= plain.length; at += 1) {
      if (parts.every((part, index) => plain[at + index] === part))
        found.push({ start: offsets[at] ?? start, end: offsets[at + parts.length] ?? end });
    }
  }
  return found;
}

/** One letter too many, too few, another, or two exchanged. */
function isOneTypoApart(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const [a, b] = [one.slice(at), other.slice(at)];
  const isSwapped = a.length > 1 && a.slice(2) === b.slice(2) && a[0] === b[1] && a[1] === b[0];
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || isSwapped;
}

function merge(ranges: readonly TextRange[]): TextRange[] {
  const merged: TextRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    else merged.push(range);
  }
  return merged;
}
