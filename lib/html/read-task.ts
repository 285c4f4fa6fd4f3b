/** Check boxes, in the ways in which pages draw them: a box, a role, or the signs `[ ]` and ☐ before the words. */
import type { Json, TextRun } from "../core/block-tree.ts";

/** Null when the item has no box. */
export function checkOf(item: Element): boolean | null {
  if (item.getAttribute("role") === "checkbox") return item.getAttribute("aria-checked") === "true";
  const box = item.querySelector(
    ":scope > input[type=checkbox], :scope > label > input[type=checkbox], :scope > p > input[type=checkbox]",
  );
  return box ? box.hasAttribute("checked") : null;
}

const SIGN = /^\s*(?:\[([ xX])\]|([☐☑☒]))[\s\u00a0]+/;

export const isBoxText = (text: readonly TextRun[]): boolean =>
  /^\s*[☐☑☒][\s\u00a0]/.test(text[0]?.text ?? "");
export const isTaskText = (text: readonly TextRun[]): boolean => SIGN.test(text[0]?.text ?? "");

export function taskText([first, ...others]: readonly TextRun[]): {
  attrs: Record<string, Json>;
  text: TextRun[];
} {
  const [sign = "", letter, box] = SIGN.exec(first?.text ?? "") ?? [];
  const rest = { text: (first?.text ?? "").slice(sign.length), marks: first?.marks ?? {} };
  const checked = letter?.toLowerCase() === "x" || (box !== undefined && box !== "☐");
  return { attrs: { checked }, text: rest.text === "" ? others : [rest, ...others] };
}
