/** Marks as one sets them on a selection: what is on, and the commands that turn it on and off. */
import { toggleMark } from "@tiptap/pm/commands";
import type { MarkType } from "@tiptap/pm/model";
import { type Command, type EditorState, TextSelection } from "@tiptap/pm/state";
import { isSafeHref } from "../core/link.ts";
import type { Color, Highlight } from "../core/palette.ts";

export const SIMPLE_MARKS = ["bold", "italic", "underline", "strike", "code", "math"] as const;
export type SimpleMark = (typeof SIMPLE_MARKS)[number];

export type Formats = {
  readonly simple: ReadonlySet<SimpleMark>;
  readonly link: string | null;
  readonly color: Color | null;
  readonly highlight: Highlight | null;
};

/** Text that marks can be set on is chosen. */
export function isFormattable({ selection }: EditorState): boolean {
  return selection instanceof TextSelection && !selection.empty && !selection.$from.parent.type.spec.code;
}

/** What the whole selection carries; of links and colours the first one. */
export function formatsOf(state: EditorState): Formats {
  const { marks } = state.schema;
  const { from, to } = state.selection;
  const has = (type: MarkType | undefined) => type !== undefined && state.doc.rangeHasMark(from, to, type);
  return {
    simple: new Set(SIMPLE_MARKS.filter((name) => has(marks[name]))),
    link: (firstValue(state, "link", "href") as string | undefined) ?? null,
    color: (firstValue(state, "color", "value") as Color | undefined) ?? null,
    highlight: (firstValue(state, "highlight", "value") as Highlight | undefined) ?? null,
  };
}

/** As `formatsOf`; of a caret alone what would be typed there carries. */
export function formatsHere(state: EditorState): Formats {
  const { empty, $from } = state.selection;
  if (!empty) return formatsOf(state);
  const marks = state.storedMarks ?? $from.marks();
  const find = (name: string) => marks.find((mark) => mark.type.name === name);
  return {
    simple: new Set(SIMPLE_MARKS.filter((name) => find(name))),
    link: find("link")?.attrs.href ?? null,
    color: find("color")?.attrs.value ?? null,
    highlight: find("highlight")?.attrs.value ?? null,
  };
}

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

function firstValue(state: EditorState, name: string, attribute: string): unknown {
  const { from, to } = state.selection;
  let found: unknown;
  state.doc.nodesBetween(from, to, (node) => {
    found ??= node.marks.find((mark) => mark.type.name === name)?.attrs[attribute];
  });
  return found;
}

export const toggleFormat =
  (name: SimpleMark): Command =>
  (state, dispatch) => {
    const type = state.schema.marks[name];
    return type !== undefined && toggleMark(type)(state, dispatch);
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
