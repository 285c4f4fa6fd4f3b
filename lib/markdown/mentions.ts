/**
 * Mentions in Markdown: `[@Title](/w/…/d/…)` and `[@Name](#person-…)`. A link with other words is a link: it keeps them,
 * where a mention takes the title of now.
 */
import type { Link, PhrasingContent } from "mdast";
import { type Marks, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { type Mention, mentionAt, mentionHref, mentionOf, mentionRun } from "../core/mention.ts";
import { EMBED_MARK } from "../core/strand.ts";

const SIGN = "@";

/** What a mention says in Markdown, sign included. */
export const mentionText = ({ label }: Mention): string => `${SIGN}${label}`;

/** What was read in one link: a mention, if that is what it is, or the same. */
export function takeMention(inLink: readonly TextRun[]): TextRun[] {
  const runs = mergeRuns(inLink);
  const [run] = runs;
  if (runs.length !== 1 || !run?.text.startsWith(SIGN)) return runs;
  const { link, ...marks } = run.marks;
  if (typeof link !== "object" || link === null || Array.isArray(link) || "title" in link) return runs;
  const label = run.text.slice(SIGN.length);
  const mention = typeof link.href === "string" ? mentionAt(link.href, label) : null;
  // other words than a label can be stay the words of a link
  return mention?.label === label ? settleMention(mentionRun(mention, marks)) : runs;
}

/** A mention as Markdown can hold it, one run for each; any other run is the same. */
export function settleMention(run: TextRun): TextRun[] {
  const mention = mentionOf(run);
  if (!mention) return [run];
  const { [EMBED_MARK]: _value, link: _link, math: _math, ...marks } = run.marks;
  return Array.from(run.text, () => mentionRun(mention, marks));
}

/** Links that would be read as mentions are such. */
export function takeMentions(runs: readonly TextRun[]): TextRun[] {
  return runs.flatMap((run, index) => {
    const isPart = [runs[index - 1], runs[index + 1]].some((other) => isSameLink(run.marks, other?.marks));
    return isPart ? [run] : takeMention([run]);
  });
}

const isSameLink = ({ link }: Marks, other: Marks | undefined): boolean =>
  link !== undefined && JSON.stringify(link) === JSON.stringify(other?.link);

export const mentionLink = (mention: Mention, children: PhrasingContent[]): Link =>
  ({ type: "link", url: mentionHref(mention), title: null, children }) as Link;
