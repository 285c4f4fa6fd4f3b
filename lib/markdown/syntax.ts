/**
 * The Markdown that we read and write: CommonMark with GitHub's additions, and `<u>…</u>` for underline,
 * which Markdown lacks. An empty underline, `<u></u>`, stands where a text must be and is empty: it shows
 * as nothing everywhere.
 *
 * Source positions are offsets into a text whose line ends are all "\n" (see `readSyntax`).
 */
import type { Html, Literal, Nodes, Root, Text } from "mdast";
import { type CompileContext, fromMarkdown, type Token } from "mdast-util-from-markdown";
import { gfmFromMarkdown, gfmToMarkdown } from "mdast-util-gfm";
import { type Info, type Options, type State, toMarkdown } from "mdast-util-to-markdown";
import { gfm } from "micromark-extension-gfm";

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
  extensions: [gfm()],
  mdastExtensions: [
    ...gfmFromMarkdown().map(({ transforms: _linkAgain, ...extension }) => extension),
    { exit: { taskListCheckValueChecked: exitBox, taskListCheckValueUnchecked: exitBox } },
  ],
};

/**
 * Plain text. An underscore inside a word is left as it is, but not beside a mark, where the letter next to
 * it may become a character reference. The printer knows that of "*" and "_", not of "~".
 */
function writeText(node: Text, _parent: unknown, state: State, info: Info): string {
  const asMark = (side: string) => (side === "~" ? "*" : side);
  return state.safe(node.value, { ...info, before: asMark(info.before), after: asMark(info.after) });
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
  extensions: [gfmToMarkdown()],
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

export function isUnderlineOpen(node: Nodes): boolean {
  return node.type === "html" && /^<u>$/i.test(node.value);
}

export function isUnderlineClose(node: Nodes): boolean {
  return node.type === "html" && /^<\/u>$/i.test(node.value);
}

export function isLineBreakTag(node: Nodes): boolean {
  return node.type === "html" && /^<br *\/?>$/i.test(node.value);
}
