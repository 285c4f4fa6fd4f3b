/**
 * The slash menu's state: "/" at the start of a block or behind a space opens it, what follows filters it.
 * What it offers and how it looks is the interface's; the keys go to whoever shows it.
 */
import { type Command, type EditorState, Plugin, PluginKey, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type AttachmentType, isAttachmentType } from "../core/attachment.ts";
import { EMBED } from "../core/embed.ts";
import { MATH } from "../core/math.ts";
import { type BlockColors, COLORS, HIGHLIGHTS } from "../core/palette.ts";
import { colorBlocks } from "./block-color.ts";
import { addColumn, makeColumns, removeColumns } from "./columns-commands.ts";
import { blockAt, insertDivider, isAttachment, setBlock } from "./commands.ts";
import { insertEmbed } from "./embed-commands.ts";
import { startMath } from "./math-keys.ts";
import { insertTable } from "./table-commands.ts";

/** Positions of the slash and of the caret behind what was typed after it. */
export type SlashQuery = { readonly from: number; readonly to: number; readonly text: string };
type SlashState = { readonly query: SlashQuery | null; readonly dismissed: number | null };

export const CLOSE_SLASH = "closeSlash";
const key = new PluginKey<SlashState>("slash");

const PATTERN = /(?:^|\s)\/([\p{L}\p{N} ]{0,24})$/u;

function readQuery(state: EditorState): SlashQuery | null {
  const { $from, empty } = state.selection;
  // blocks stand at the top; a cell and a caption hold words alone
  if (!empty || $from.depth !== 1 || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  if (isAttachment($from.parent)) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  const match = PATTERN.exec(before);
  if (!match) return null;
  const text = match[1] ?? "";
  return { from: $from.pos - text.length - 1, to: $from.pos, text };
}

/** @param onKey the open menu's keys; true: taken. */
export function slashPlugin(onKey: (event: KeyboardEvent) => boolean): Plugin<SlashState> {
  return new Plugin<SlashState>({
    key,
    state: {
      init: () => ({ query: null, dismissed: null }),
      apply(transaction, value, _before, state) {
        const query = readQuery(state);
        if (!query) return { query: null, dismissed: null };
        if (transaction.getMeta(CLOSE_SLASH) || value.dismissed === query.from)
          return { query: null, dismissed: query.from };
        const opens = value.query !== null || (transaction.docChanged && query.text === "");
        return { query: opens ? query : null, dismissed: null };
      },
    },
    props: { handleKeyDown: (view, event) => slashQuery(view.state) !== null && onKey(event) },
  });
}

export const slashQuery = (state: EditorState): SlashQuery | null => key.getState(state)?.query ?? null;

/** Types the slash that opens the menu, behind a blank where one is needed. */
export const typeSlash: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth !== 1 || !$from.parent.isTextblock || $from.parent.type.spec.code) return false;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  dispatch?.(state.tr.insertText(before === "" || /\s$/.test(before) ? "/" : " /").scrollIntoView());
  return true;
};

export function closeSlash(view: EditorView): void {
  view.dispatch(view.state.tr.setMeta(CLOSE_SLASH, true));
}

export type SlashItem = {
  readonly type: string;
  readonly name: string;
  /** How to get it without the menu. */
  readonly shorthand: string;
  readonly words: string;
  readonly props?: Record<string, unknown>;
};

export const SLASH_ITEMS: readonly SlashItem[] = [
  { type: "paragraph", name: "Text", shorthand: "", words: "paragraph plain" },
  { type: "heading1", name: "Heading 1", shorthand: "#", words: "title h1 large" },
  { type: "heading2", name: "Heading 2", shorthand: "##", words: "h2 section" },
  { type: "heading3", name: "Heading 3", shorthand: "###", words: "h3 small" },
  { type: "bullet", name: "Bulleted list", shorthand: "-", words: "unordered ul" },
  { type: "number", name: "Numbered list", shorthand: "1.", words: "ordered ol" },
  {
    type: "task",
    name: "To-do list",
    shorthand: "[]",
    words: "task check box todo",
    props: { checked: false },
  },
  { type: "quote", name: "Quote", shorthand: ">", words: "citation blockquote" },
  { type: "code", name: "Code", shorthand: "```", words: "pre source snippet" },
  { type: "toggle", name: "Toggle", shorthand: ">>", words: "fold collapse details hide" },
  { type: "callout", name: "Callout", shorthand: "!!!", words: "note info aside box" },
  { type: "callout", name: "Tip", shorthand: "", words: "callout good advice", props: { tone: "good" } },
  { type: "callout", name: "Warning", shorthand: "", words: "callout attention", props: { tone: "warn" } },
  { type: "callout", name: "Caution", shorthand: "", words: "callout danger bad", props: { tone: "bad" } },
  { type: "image", name: "Image", shorthand: "", words: "picture photo upload" },
  { type: "file", name: "File", shorthand: "", words: "attachment upload pdf document" },
  { type: "table", name: "Table", shorthand: "", words: "grid rows columns cells" },
  { type: "columns2", name: "2 columns", shorthand: "", words: "columns layout side by side split" },
  { type: "columns3", name: "3 columns", shorthand: "", words: "columns layout side by side split" },
  { type: "columns4", name: "4 columns", shorthand: "", words: "columns layout side by side split" },
  { type: MATH, name: "Formula", shorthand: "$$", words: "maths math equation latex tex katex" },
  { type: "formula", name: "Formula in the text", shorthand: "$x$", words: "maths math inline latex tex" },
  { type: EMBED, name: "Embed", shorthand: "", words: "video youtube vimeo loom figma codepen iframe" },
  { type: "divider", name: "Divider", shorthand: "---", words: "rule line separator hr" },
];

const inWords = (color: string): string => color.charAt(0).toUpperCase() + color.slice(1);
const COLOR = "color";

/** Colours of the block: offered once something is typed. */
export const COLOR_ITEMS: readonly (SlashItem & { readonly props: BlockColors })[] = [
  ...COLORS.map((color) => ({
    type: COLOR,
    name: `${inWords(color)} text`,
    shorthand: "",
    words: "colour color",
    props: { color },
  })),
  ...HIGHLIGHTS.map((background) => ({
    type: COLOR,
    name: `${inWords(background)} background`,
    shorthand: "",
    words: "colour color ground",
    props: { background },
  })),
  { type: COLOR, name: "No colour", shorthand: "", words: "colour color default plain", props: {} },
];

/** What is done to columns from within: offered once something is typed. */
const COLUMN_ITEMS: readonly SlashItem[] = [
  { type: "addColumn", name: "Add column", shorthand: "", words: "columns beside more" },
  { type: "noColumns", name: "Remove columns", shorthand: "", words: "columns unwrap" },
];

export function filterSlashItems(text: string): readonly SlashItem[] {
  const wanted = text.trim().toLowerCase();
  const offered = wanted === "" ? SLASH_ITEMS : [...SLASH_ITEMS, ...COLUMN_ITEMS, ...COLOR_ITEMS];
  return offered.filter(
    (item) =>
      `${item.name} ${item.words}`
        .toLowerCase()
        .split(" ")
        .some((word) => word.startsWith(wanted)) || item.name.toLowerCase().includes(wanted),
  );
}

/** What stands for itself; the others turn the block into what they are. */
const INSERTS: Readonly<Record<string, Command>> = {
  divider: insertDivider,
  table: insertTable(),
  columns2: makeColumns(2),
  columns3: makeColumns(3),
  columns4: makeColumns(4),
  addColumn,
  noColumns: removeColumns,
  formula: startMath,
  [EMBED]: insertEmbed,
};

/**
 * Takes the query away and makes its block the item's type.
 * @param choose opens the browser's list of files; it has the focus then.
 */
export function runSlashItem(
  view: EditorView,
  item: SlashItem,
  choose: (type: AttachmentType) => void,
): void {
  const query = slashQuery(view.state);
  if (!query) return;
  const tr: Transaction = view.state.tr.delete(query.from, query.to);
  const insert = item.type === COLOR ? colorBlocks(item.props ?? {}) : INSERTS[item.type];
  if (isAttachmentType(item.type)) {
    view.dispatch(tr);
    choose(item.type);
  } else if (insert) {
    view.dispatch(tr);
    insert(view.state, view.dispatch);
  } else {
    view.dispatch(setBlock(tr, blockAt(tr.doc, query.from).pos, item.type, item.props).scrollIntoView());
  }
  view.focus();
}
