/** Blocks that Confluence writes as `div`s: what they are is said by attributes, and on its older pages by classes. */
import type { Tone } from "../core/callout.ts";

const TONES: Readonly<Record<string, Tone>> = {
  ...{ info: "info", information: "info", note: "info", custom: "info" },
  ...{ tip: "good", success: "good", warning: "warn", error: "bad" },
};
const MACRO = /\bconfluence-information-macro-(information|note|tip|warning)\b/;

/** The tone of a panel; null: it is none. */
export function toneOfPanel(element: Element): Tone | null {
  const name = element.getAttribute("data-panel-type") ?? MACRO.exec(element.className)?.[1];
  return (name && Object.hasOwn(TONES, name) && TONES[name]) || null;
}

/** Whether an action is done; null: it is none. */
export function checkOfAction(element: Element): boolean | null {
  const state = element.getAttribute("data-task-state");
  return state === "DONE" || state === "TODO" ? state === "DONE" : null;
}

/** What an expand is called; null: it is none. */
export const titleOfExpand = (element: Element): string | null =>
  /^(?:nestedE|e)xpand$/.test(element.getAttribute("data-node-type") ?? "")
    ? (element.getAttribute("data-title") ?? "")
    : null;
