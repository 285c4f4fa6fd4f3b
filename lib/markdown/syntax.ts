/**
 * The Markdown that we read and write: CommonMark with GitHub's additions (maths among them: maths-syntax.ts), and tags
 * for the marks which Markdown lacks: `<u>…</u>` for underline, `<mark>` and `<mark data-color="green">` for a highlight, `<span data-color="red">`
 * for coloured text. An empty underline, `<u></u>`, stands where a text must be and is empty: it shows
 * as nothing everywhere.
 *
 * Source positions are offsets into a text whose line ends are all "\n" (see `readSyntax`).
 */
import type { Html, Literal, Nodes, Root, Text } from "mdast";
import { type CompileContext, fromMarkdown, type Token } from "mdast-util-from-markdown";
import { gfmFromMarkdown, gfmToMarkdown } from "mdast-util-gfm";
import { type Info, type Options, type State, toMarkdown } from "mdast-util-to-markdown";
import { gfm } from "micromark-extension-gfm";
import type { Json, Marks } from "../core/block-tree.ts";
import { isColor, isHighlight } from "../core/palette.ts";
import { delimiterBudget } from "./delimiter-budget.ts";
import { printMaths, readMaths } from "./maths.ts";
import { mathsSyntax } from "./maths-syntax.ts";

/** A block that is printed as it stands. */
export interface Raw extends Literal {
  type: "raw";
}

declare module "mdast" {
  interface RootContentMap {
    raw: Raw;
  }
}

declare module "mdast-util-to-markdown" {
  interface ConstructNameMap {
    raw: "raw";
  }
}

/** The box of a task. One that turns out to stand in no item ("-", then "[x]" on the next line) is text. */
function exitBox(this: CompileContext, token: Token): void {
  const item = this.stack.at(-2);
  const paragraph = this.stack.at(-1);
  if (item?.type === "listItem") item.checked = this.sliceSerialize(token).toLowerCase() === "x";
  else if (paragraph?.type === "paragraph") {
    const position = { start: { ...token.start }, end: { ...token.end } };
    paragraph.children.push({ type: "text", value: `[${this.sliceSerialize(token)}]`, position });
  }
}

/**
 * The later pass that links addresses in finished text is left out: it also links what the source escapes,
 * so that no printed text could keep a plain "www.example.com".
 */
const reading = {
  extensions: [gfm(), mathsSyntax, delimiterBudget],
  mdastExtensions: [
    ...gfmFromMarkdown().map(({ transforms: _linkAgain, ...extension }) => extension),
    readMaths,
    { exit: { taskListCheckValueChecked: exitBox, taskListCheckValueUnchecked: exitBox } },
  ],
};

/**
 * Plain text. A digit right behind a formula would make its dollar a price's. An underscore inside a word is left as it is, but not beside a mark, where the letter next to
 * it may become a character reference. The printer knows that of "*" and "_", not of "~".
 */
function writeText(node: Text, _parent: unknown, state: State, info: Info): string {
  const asMark = (side: string) => (side === "~" ? "*" : side);
  const around = { ...info, before: asMark(info.before), after: asMark(info.after) };
  const [digit] = info.before === "$" ? (/^\d/.exec(node.value) ?? []) : [];
  if (digit === undefined) return state.safe(node.value, around);
  const rest = state.safe(node.value.slice(1), { ...around, before: ";" });
  return `&#${digit.charCodeAt(0)};${rest}`;
}

const writing: Options = {
  bullet: "-",
  bulletOther: "*",
  emphasis: "*",
  fences: true,
  listItemIndent: "one",
  resourceLink: false,
  rule: "-",
  strong: "*",
  extensions: [gfmToMarkdown(), printMaths],
  handlers: { raw: (node: Raw) => node.value, text: writeText },
};

export function readSyntax(source: string): Root {
  return fromMarkdown(source, reading);
}

export function writeSyntax(root: Root): string {
  return toMarkdown(root, writing);
}

export function toLineFeeds(source: string): string {
  return source.replace(/\r\n?/g, "\n");
}

export const underlineOpen: Html = { type: "html", value: "<u>" };
export const underlineClose: Html = { type: "html", value: "</u>" };
export const lineBreakTag: Html = { type: "html", value: "<br>" };

/** Opening and closing tag of a mark by name; a yellow highlight is the plain one. */
export function tagsOf(mark: "highlight" | "color", value: Json): [Html, Html] {
  const name = mark === "highlight" ? "mark" : "span";
  const color = mark === "highlight" && value === "yellow" ? "" : ` data-color="${String(value)}"`;
  return [
    { type: "html", value: `<${name}${color}>` },
    { type: "html", value: `</${name}>` },
  ];
}

/** A tag that sets a mark: its name, and the mark; of a colour that nobody knows here, none. */
export function readOpenTag(value: string): { name: string; mark: Marks } | null {
  if (/^<span data-math>$/i.test(value)) return { name: "span", mark: { math: true } };
  const [, name = "", color] = /^<(u|mark|span)(?: data-color="([a-z]{1,20})")?>$/i.exec(value) ?? [];
  switch (name.toLowerCase()) {
    case "u":
      return color === undefined ? { name: "u", mark: { underline: true } } : null;
    case "mark": {
      const highlight = color ?? "yellow";
      return { name: "mark", mark: isHighlight(highlight) ? { highlight } : {} };
    }
    case "span":
      return color === undefined ? null : { name: "span", mark: isColor(color) ? { color } : {} };
    default:
      return null;
  }
}

/** The name in a closing tag of a mark. */
export function readCloseTag(value: string): string | null {
  return /^<\/(u|mark|span)>$/i.exec(value)?.[1]?.toLowerCase() ?? null;
}

export function isLineBreakTag(node: Nodes): boolean {
  return node.type === "html" && /^<br *\/?>$/i.test(node.value);
}
