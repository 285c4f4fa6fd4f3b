/**
 * Emoji by name: ":" and two letters behind a blank ask for a list, which the interface shows; what is put into the text
 * is the character itself. Code and formulas are left alone.
 */
import type { EditorState } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type TypedQuery, typedQueries, wordsBefore } from "./typed-query.ts";

/** `words`: its name first; small letters, "_" for blanks. */
export type Emoji = { readonly character: string; readonly words: readonly string[] };

export type EmojiQuery = TypedQuery;

const MOST_SHOWN = 8;
const PATTERN = /(?:^|[\s(])(:([\p{L}\d_+-]{2,24}))$/u;
/** More than a whole match and the blank before it. */
const LONGEST = 40;

function readQuery(state: EditorState): EmojiQuery | null {
  const match = PATTERN.exec(wordsBefore(state, LONGEST) ?? "");
  const [, typed = "", text = ""] = match ?? [];
  const { pos } = state.selection.$from;
  return match ? { from: pos - typed.length, to: pos, text } : null;
}

const queries = typedQueries<EmojiQuery>("emoji", readQuery, ({ text }) => text.length === 2);
export const { plugin: emojiPlugin, of: emojiQuery, close: closeEmoji } = queries;

/** In place of what was typed. */
export function insertEmoji(view: EditorView, character: string): void {
  const query = emojiQuery(view.state);
  if (!query) return;
  view.dispatch(view.state.tr.insertText(character, query.from, query.to).scrollIntoView());
  view.focus();
}

/** The best fitting: those of the person's last ones first, then by how well a word fits, then as the list has them. */
export function findEmoji(
  all: readonly Emoji[],
  typed: string,
  recent: readonly string[] = [],
): readonly Emoji[] {
  const wanted = typed.toLowerCase().replaceAll("-", "_");
  const found: { emoji: Emoji; rank: number; order: number }[] = [];
  all.forEach((emoji, order) => {
    const fit = fitOf(emoji, wanted);
    if (fit === null) return;
    const last = recent.indexOf(emoji.character);
    found.push({ emoji, rank: last < 0 ? fit : last - recent.length, order });
  });
  found.sort((a, b) => a.rank - b.rank || a.order - b.order);
  return found.slice(0, MOST_SHOWN).map(({ emoji }) => emoji);
}

/** 0 is best; null: it does not fit. */
function fitOf({ words }: Emoji, wanted: string): number | null {
  const [name = ""] = words;
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (words.includes(wanted)) return 2;
  if (words.some((word) => word.startsWith(wanted))) return 3;
  return name.includes(`_${wanted}`) ? 4 : null;
}
