/** Marks as one sets them on a selection. Commands of bars and menus: no key needs them before these are here. */
import { toggleMark } from "@tiptap/pm/commands";
import { type Command, type EditorState, TextSelection } from "@tiptap/pm/state";
import { isSafeHref } from "../core/link.ts";
import type { Color, Highlight } from "../core/palette.ts";
import { setChosen } from "./chosen.ts";
import { chosenWords, markChosen, type Stretch } from "./chosen-marks.ts";
import { isFormattable, type SimpleMark } from "./formats.ts";
import { linkHere } from "./link-here.ts";

/**
 * Chooses what a link is to be set on, unless it is chosen: of whole blocks all words, of a caret the link or the word that it
 * is in. False where there is none, or where no marks can be.
 */
export const chooseWords: Command = (state, dispatch) => {
  const blocks = chosenWords(state);
  if (!blocks && !state.selection.empty) return isFormattable(state);
  const { doc, tr } = state;
  const words = blocks ?? linkHere(state) ?? wordAround(state);
  if (words === null) return false;
  const selection = TextSelection.between(doc.resolve(words.from), doc.resolve(words.to));
  const isWithin = words.from <= selection.from && selection.to <= words.to;
  if (!isWithin || selection.empty || selection.$from.parent.type.spec.code) return false;
  dispatch?.(setChosen(tr, null).setSelection(selection));
  return true;
};

function wordAround({ selection: { $from } }: EditorState): Stretch | null {
  if (!$from.parent.isTextblock) return null;
  const text = $from.parent.textBetween(0, $from.parent.content.size, undefined, "\ufffc");
  const before = /[\p{L}\p{N}_'-]*$/u.exec(text.slice(0, $from.parentOffset))?.[0].length ?? 0;
  const behind = /^[\p{L}\p{N}_'-]*/u.exec(text.slice($from.parentOffset))?.[0].length ?? 0;
  return { from: $from.pos - before, to: $from.pos + behind };
}

export const toggleFormat =
  (name: SimpleMark): Command =>
  (state, dispatch) => {
    const type = state.schema.marks[name];
    return type !== undefined && (markChosen(name)(state, dispatch) || toggleMark(type)(state, dispatch));
  };

/** A colour of the text or behind it; null takes it off. */
export const setColor =
  (name: "color" | "highlight", value: Color | Highlight | null): Command =>
  (state, dispatch) => {
    const type = state.schema.marks[name];
    const { from, to, empty } = state.selection;
    if (type === undefined || empty) return false;
    const { tr } = state;
    if (value === null) tr.removeMark(from, to, type);
    else tr.addMark(from, to, type.create({ value }));
    dispatch?.(tr.scrollIntoView());
    return true;
  };

/**
 * What a person types as an address: without a scheme it is a site. Null when no link may lead there, or when there are
 * blanks in it (some browsers would take them for a part of the site's name).
 */
export function readHref(typed: string): string | null {
  const text = typed.trim();
  if (/\s/.test(text)) return null;
  const candidates = [text, /^[^\s/]+@[^\s/]+\.[^\s/]+$/.test(text) ? `mailto:${text}` : `https://${text}`];
  return candidates.find((href) => isSafeHref(href)) ?? null;
}

/** The words of the link that the caret is in. */
export const chooseLink: Command = (state, dispatch) => {
  const here = linkHere(state);
  if (here) dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, here.from, here.to)));
  return here !== null;
};

/** Its words stay. */
export const unlink: Command = (state, dispatch) => {
  const here = linkHere(state);
  if (here) dispatch?.(state.tr.removeMark(here.from, here.to, state.schema.marks.link));
  return here !== null;
};

/** Links the selection; null takes the link off. */
export const setLink =
  (href: string | null): Command =>
  (state, dispatch) => {
    const type = state.schema.marks.link;
    const { from, to, empty } = state.selection;
    if (type === undefined || empty || (href !== null && !isSafeHref(href))) return false;
    const { tr } = state;
    if (href === null) tr.removeMark(from, to, type);
    else tr.addMark(from, to, type.create({ href }));
    dispatch?.(tr.scrollIntoView());
    return true;
  };
