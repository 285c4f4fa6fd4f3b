/** Marks as one sets them on a selection. Commands of bars and menus: no key needs them before these are here. */
import { toggleMark } from "@tiptap/pm/commands";
import { type Command, TextSelection } from "@tiptap/pm/state";
import { isSafeHref } from "../core/link.ts";
import type { Color, Highlight } from "../core/palette.ts";
import { markChosen } from "./chosen-marks.ts";
import { isFormattable, type SimpleMark } from "./formats.ts";
import { linkHere } from "./link-here.ts";

/** Chooses the word that a caret is in. False when there is none, or where no marks can be. */
export const chooseWord: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty) return isFormattable(state);
  if (!$from.parent.isTextblock || $from.parent.type.spec.code) return false;
  const text = $from.parent.textBetween(0, $from.parent.content.size, undefined, "\ufffc");
  const before = /[\p{L}\p{N}_'-]*$/u.exec(text.slice(0, $from.parentOffset))?.[0].length ?? 0;
  const behind = /^[\p{L}\p{N}_'-]*/u.exec(text.slice($from.parentOffset))?.[0].length ?? 0;
  if (before + behind === 0) return false;
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, $from.pos - before, $from.pos + behind)));
  return true;
};

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
