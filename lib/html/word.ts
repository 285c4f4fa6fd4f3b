/**
 * Lists of Word. On the clipboard they are paragraphs; what they are is said by a style that no browser knows, and by
 * their mark, which stands in the text:
 *
 *   <p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.<span>   </span></span>Text
 */
import { stylesOf } from "./inline-marks.ts";

export type WordItem = {
  readonly type: "bullet" | "number";
  readonly depth: number;
  readonly start: number | null;
};

const LIST = /^\S+ level(\d)/;

export function wordItem(paragraph: Element): WordItem | null {
  const level = LIST.exec(stylesOf(paragraph).get("mso-list") ?? "")?.[1];
  const isListed = level !== undefined || /\bMsoListParagraph(?:CxSp\w+)?\b/.test(paragraph.className);
  const mark = isListed ? markOf(paragraph) : null;
  if (mark === null) return null;
  const ordinal = /^\(?(?:(\d{1,6})(?:\.\d+)*|[a-z]|[ivxlcdm]+)[.)]/i.exec(mark);
  return {
    type: ordinal ? "number" : "bullet",
    depth: Number(level ?? 1) - 1,
    start: ordinal?.[1] === undefined ? null : Number(ordinal[1]),
  };
}

/** The mark in front of an item, which is no text of it. */
export const isWordMark = (element: Element): boolean => stylesOf(element).get("mso-list") === "ignore";

function markOf(paragraph: Element): string | null {
  for (const element of paragraph.querySelectorAll("span"))
    if (isWordMark(element)) return element.textContent?.trim() ?? "";
  return null;
}

/** Word's own styles of paragraphs that are something here. */
export function wordStyle(paragraph: Element): string | null {
  if (/\bMsoTitle\b/.test(paragraph.className)) return "heading1";
  return /\bMso(?:Intense)?Quote\b/.test(paragraph.className) ? "quote" : null;
}
