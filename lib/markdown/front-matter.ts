/**
 * What other programs write about a text before it, as YAML between two lines of "---". Markdown would read it as a divider
 * and a heading; here it is a block of code, so that nothing of it is lost, and its `title` is a title.
 */
export type FrontMatter = {
  /** Characters of the source, with both lines. */
  readonly length: number;
  readonly text: string;
  readonly title: string | null;
};

/** A divider that we write has a blank line behind it. */
const FRONT = /^---[ \t]*\n(?=[\w-]+[ \t]*:(?:[ \t]|\n))((?:.*\n){0,500}?.*)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;
const TITLE = /^title[ \t]*:[ \t]*(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\s"'>|&*!{[#][^\n]*?))[ \t]*$/m;

/** Null when the source, whose lines end in "\n", does not begin with one. */
export function readFrontMatter(source: string): FrontMatter | null {
  const [whole, text] = FRONT.exec(source) ?? [];
  if (whole === undefined || text === undefined) return null;
  const title = TITLE.exec(text);
  return { length: whole.length, text, title: title?.[1] ?? title?.[2] ?? title?.[3] ?? null };
}
