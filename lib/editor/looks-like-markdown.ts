/** Whether a text that somebody pastes was written as Markdown: then its signs become what they mean. */

const SIGNS: readonly RegExp[] = [
  /^ {0,3}#{1,6} \S/m,
  /^ {0,3}(?:[-*+]|\d{1,3}[.)]) +\S/m,
  /^ {0,3}> ?\S/m,
  /^ {0,3}(?:```|~~~)/m,
  /^ {0,3}\|(?: *:?-+:? *\|)+[ \t]*$/m,
  /^ {0,3}\|?[ :|-]*-{3}[ :|-]*\|[ :|-]*$/m,
  /^ {0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$/m,
  /(?<![\w\\*])\*\*(?!\s)[^*\n]{1,500}(?<!\s)\*\*(?![\w*])/,
  /(?<!\\)\[[^\]\n]{1,500}\]\((?:https?:|mailto:|\/)[^)\s]{1,2000}(?: "[^"\n]{0,200}")?\)/,
  /(?<![\\`])`(?!\s)[^`\n]{1,500}(?<!\s)`(?!`)/,
];

/** Signs further down do not count: who pastes Markdown has some in the beginning. */
const LOOKED_AT = 100_000;

export function looksLikeMarkdown(text: string): boolean {
  const beginning = text.slice(0, LOOKED_AT).replace(/\r\n?/g, "\n");
  return SIGNS.some((sign) => sign.test(beginning));
}
