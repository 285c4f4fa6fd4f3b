/**
 * Emoji by name: ":" and two letters behind a blank ask for a list, which the interface shows; what is put into the text
 * is the character itself. Code and formulas are left alone.
 */
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";

/** `words`: its name first; small letters, "_" for blanks. */
export type Emoji = { readonly character: string; readonly words: readonly string[] };

/** Positions of the colon and of the caret behind what was typed after it. */
export type EmojiQuery = { readonly from: number; readonly to: number; readonly text: string };
type EmojiState = { readonly query: EmojiQuery | null; readonly dismissed: number | null };

const CLOSE = "closeEmoji";
const MOST_SHOWN = 8;
const key = new PluginKey<EmojiState>("emoji");
const PATTERN = /(?:^|[\s(])(:([\p{L}\d_+-]{2,24}))$/u;
/** More than a whole match and the blank before it. */
const LONGEST = 40;
const SOURCES = ["code", "math"];

function readQuery({ selection, storedMarks }: EditorState): EmojiQuery | null {
  const { $from, empty } = selection;
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  if ((storedMarks ?? $from.marks()).some(({ type }) => SOURCES.includes(type.name))) return null;
  const start = Math.max(0, $from.parentOffset - LONGEST);
  const match = PATTERN.exec($from.parent.textBetween(start, $from.parentOffset, undefined, "\ufffc"));
  const [, typed = "", text = ""] = match ?? [];
  return match ? { from: $from.pos - typed.length, to: $from.pos, text } : null;
}

/** @param onKey the open list's keys; true: taken. */
export function emojiPlugin(
  onKey: (event: KeyboardEvent) => boolean,
  onQuery: (query: EmojiQuery | null) => void,
): Plugin<EmojiState> {
  return new Plugin<EmojiState>({
    key,
    state: {
      init: () => ({ query: null, dismissed: null }),
      apply(transaction, value, _before, state) {
        const query = readQuery(state);
        if (!query) return { query: null, dismissed: null };
        if (transaction.getMeta(CLOSE) || value.dismissed === query.from)
          return { query: null, dismissed: query.from };
        const opens = value.query !== null || (transaction.docChanged && query.text.length === 2);
        return { query: opens ? query : null, dismissed: null };
      },
    },
    props: {
      handleKeyDown: (view, event) => emojiQuery(view.state) !== null && onKey(event),
      handleDOMEvents: { blur: () => onQuery(null) },
    },
    view: () => ({ update: (view) => onQuery(emojiQuery(view.state)) }),
  });
}

export const emojiQuery = (state: EditorState): EmojiQuery | null => key.getState(state)?.query ?? null;

export function closeEmoji(view: EditorView): void {
  view.dispatch(view.state.tr.setMeta(CLOSE, true));
}

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
