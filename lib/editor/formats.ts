/** Marks on a selection: what is on. The commands that turn it on and off are in format-commands.ts. */
import type { MarkType } from "@tiptap/pm/model";
import { type EditorState, TextSelection } from "@tiptap/pm/state";
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

function firstValue(state: EditorState, name: string, attribute: string): unknown {
  const { from, to } = state.selection;
  let found: unknown;
  state.doc.nodesBetween(from, to, (node) => {
    found ??= node.marks.find((mark) => mark.type.name === name)?.attrs[attribute];
  });
  return found;
}
