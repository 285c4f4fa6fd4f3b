/** Phrasing of Markdown → text runs. */
import type { Definition, Link, LinkReference, PhrasingContent } from "mdast";
import { type Marks, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { isSafeHref } from "../core/link.ts";
import { raised } from "../core/raised.ts";
import { readForeignEnd, readForeignTag } from "./foreign-tags.ts";
import { takeMention } from "./mentions.ts";
import { isLineBreakTag, readCloseTag, readOpenTag } from "./syntax.ts";

/** Definitions by their identifier: what `[text][identifier]` points to. */
export type Definitions = ReadonlyMap<string, Definition>;

/** Null when there is something in it that no text run can hold, such as an image or a tag that says more than how it looks. */
export function readRuns(nodes: readonly PhrasingContent[], definitions: Definitions): TextRun[] | null {
  const runs: TextRun[] = [];
  return collect(nodes, {}, definitions, runs) ? mergeRuns(runs) : null;
}

function collect(
  nodes: readonly PhrasingContent[],
  marks: Marks,
  definitions: Definitions,
  runs: TextRun[],
): boolean {
  const open: { name: string; marks: Marks; from: number }[] = [];
  for (const node of nodes) {
    const now = open.at(-1)?.marks ?? marks;
    const tag = node.type === "html" ? (readOpenTag(node.value) ?? readForeignTag(node.value)) : null;
    const closed = node.type === "html" ? (readCloseTag(node.value) ?? readForeignEnd(node.value)) : null;
    if (tag) open.push({ name: tag.name, marks: { ...now, ...tag.mark }, from: runs.length });
    else if (closed) {
      const opened = open.pop();
      if (opened?.name !== closed) return false;
      if (closed === "sub" || closed === "sup")
        runs.push(...runs.splice(opened.from).map((run) => ({ ...run, text: raised(run.text, closed) })));
    } else if (!collectOne(node, now, definitions, runs)) return false;
  }
  return open.length === 0;
}

function collectOne(node: PhrasingContent, marks: Marks, definitions: Definitions, runs: TextRun[]): boolean {
  const inside = (mark: Marks) =>
    "children" in node && collect(node.children, { ...marks, ...mark }, definitions, runs);
  const link = (mark: Marks) => {
    const found: TextRun[] = [];
    if (!("children" in node) || !collect(node.children, { ...marks, ...mark }, definitions, found))
      return false;
    runs.push(...takeMention(found));
    return true;
  };
  const add = (text: string, mark: Marks = {}) => {
    runs.push({ text, marks: { ...marks, ...mark } });
    return true;
  };
  switch (node.type) {
    case "text":
      // A line end in the source is no line break on the page.
      return add(node.value.replaceAll("\n", " "));
    case "break":
      return add("\n");
    case "inlineCode":
      return add(node.value, { code: true });
    case "inlineMath":
      return add(node.value, { math: true });
    case "emphasis":
      return inside({ italic: true });
    case "strong":
      return inside({ bold: true });
    case "delete":
      return inside({ strike: true });
    case "link":
      return link(linkMark(node));
    case "linkReference":
      return link(linkMark(resolve(node, definitions)));
    case "html":
      return isLineBreakTag(node) && add("\n");
    default:
      return false;
  }
}

/** No mark for an address that may not be followed: its text stays. */
function linkMark(link: Pick<Link, "url" | "title"> | null): Marks {
  if (!link || !isSafeHref(link.url)) return {};
  return { link: link.title ? { href: link.url, title: link.title } : { href: link.url } };
}

function resolve(reference: LinkReference, definitions: Definitions): Definition | null {
  return definitions.get(reference.identifier) ?? null;
}
