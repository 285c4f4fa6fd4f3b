/** What the slash menu offers, and what of it is meant by what was typed. */
import { EMBED } from "../core/embed.ts";
import { MATH } from "../core/math.ts";
import { type BlockColors, COLORS, HIGHLIGHTS } from "../core/palette.ts";

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
    words: "task check checkbox checklist todo",
    props: { checked: false },
  },
  { type: "quote", name: "Quote", shorthand: ">", words: "citation blockquote block" },
  { type: "code", name: "Code", shorthand: "```", words: "pre source snippet block" },
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
export const COLOR = "color";

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

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean);

/** Every word that was typed begins one of the item: 0 the name itself, 1 a word of the name, 2 another word for it; else null. */
function rankOf(item: SlashItem, typed: readonly string[]): number | null {
  const name = wordsOf(item.name);
  const others = wordsOf(item.words);
  if (name.join(" ").startsWith(typed.join(" "))) return 0;
  const begins = (words: readonly string[], part: string) => words.some((word) => word.startsWith(part));
  if (typed.every((part) => begins(name, part))) return 1;
  return typed.every((part) => begins(name, part) || begins(others, part)) ? 2 : null;
}

/** Those whose name begins so come first, then those with such a word in the name, then the others. */
export function filterSlashItems(text: string): readonly SlashItem[] {
  const typed = wordsOf(text);
  if (typed.length === 0) return SLASH_ITEMS;
  const ranked = [...SLASH_ITEMS, ...COLUMN_ITEMS, ...COLOR_ITEMS].map((item) => ({
    item,
    rank: rankOf(item, typed),
  }));
  return [0, 1, 2].flatMap((rank) => ranked.filter((one) => one.rank === rank).map(({ item }) => item));
}
