/** What elements of a page are to its reader: left out, a place where a paragraph ends, a picture that is only a sign. */
import type { Tone } from "../core/callout.ts";
import { stylesOf } from "./inline-marks.ts";
import { isWordMark } from "./word.ts";

const LEFT_OUT = new Set(
  (
    "script style template noscript svg math head title meta link base object embed applet iframe frame frameset " +
    "canvas audio video source track map area select option optgroup datalist textarea button progress meter dialog " +
    "col colgroup xml param portal noembed noframes xmp plaintext"
  ).split(" "),
);
export const BLOCKS = new Set(
  (
    "p div section article header footer main nav aside address figure figcaption dl dt dd fieldset form legend " +
    "center body html hgroup search menu tbody tr td th caption thead tfoot"
  ).split(" "),
);
const HIDDEN = /\b(?:sr-only|visually-hidden|screen-reader-text|markdown-alert-title)\b/;

/** A list of nodes that is kept up to date would be searched anew for each. */
export function* childrenOf(node: Node): Generator<Node> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

/** Null for lists without numbers. */
export function firstNumber(list: Element): number | null {
  if (list.localName !== "ol") return null;
  const start = Number.parseInt(list.getAttribute("start") ?? "1", 10);
  return Number.isSafeInteger(start) && start >= 0 ? start : 1;
}

/** How deep an item says that it stands, from 0: Word in a browser, Google Docs and Slack put lists beside each other. */
export function levelOf(item: Element): number {
  const said = item.getAttribute("data-aria-level") ?? item.getAttribute("aria-level");
  const indent = item.getAttribute("data-stringify-indent");
  return said === null ? Number.parseInt(indent ?? "0", 10) : Number.parseInt(said, 10) - 1;
}

/** Slack's, which stands where others write `</p><p>`. */
export const isEndOfParagraph = (element: Element): boolean =>
  element.getAttribute("data-stringify-type") === "paragraph-break";

export function isLeftOut(element: Element): boolean {
  if (LEFT_OUT.has(element.localName) || isWordMark(element) || element.hasAttribute("hidden")) return true;
  // names of another namespace: what is drawn by other rules than HTML's is read by none of them
  if (element.namespaceURI !== null && element.namespaceURI !== "http://www.w3.org/1999/xhtml") return true;
  if (element.localName === "input" || HIDDEN.test(element.className)) return true;
  const styles = stylesOf(element);
  return (
    styles.get("display") === "none" ||
    styles.get("mso-hide") === "all" ||
    /^comment/.test(styles.get("mso-element") ?? "")
  );
}

export function keepsBlanks(element: Element): boolean {
  return /^(?:pre|break-spaces)/.test(stylesOf(element).get("white-space") ?? "");
}

/** Blanks that a program wrote as others, so that they are not lost. */
export function isSpacer(element: Element): boolean {
  const isBlank = /^\s*$/.test(element.textContent ?? "") && (element.textContent ?? "") !== "";
  return isBlank && (element.className === "Apple-converted-space" || stylesOf(element).has("mso-spacerun"));
}

const edge = (element: Element, name: string): number => Number.parseFloat(element.getAttribute(name) ?? "");

/** Pictures that count visits. */
export const isPixel = (element: Element): boolean =>
  edge(element, "width") <= 2 || edge(element, "height") <= 2;

/** A picture among words, as large as they are: its words say it. */
export function isIcon(element: Element): boolean {
  return /\bemoji\b/.test(element.className) || edge(element, "width") <= 32 || edge(element, "height") <= 32;
}

const ALERTS: Readonly<Record<string, Tone>> = {
  note: "info",
  important: "info",
  tip: "good",
  warning: "warn",
  caution: "bad",
};

/** What GitHub makes of `> [!NOTE]`. */
export function toneOfAlert({ className }: Element): Tone | null {
  return ALERTS[/\bmarkdown-alert-(note|important|tip|warning|caution)\b/.exec(className)?.[1] ?? ""] ?? null;
}
