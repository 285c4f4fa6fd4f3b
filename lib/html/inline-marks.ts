/** What an element does to the text inside it. Sizes, fonts and colours of other programs are left behind. */
import type { Marks } from "../core/block-tree.ts";
import { isSafeHref } from "../core/link.ts";
import { isColor, isHighlight } from "../core/palette.ts";
import { raised } from "../core/raised.ts";
import { EMBED_MARK } from "../core/strand.ts";
import { markOfTag } from "../core/tag-marks.ts";
import { ownMark } from "./own-block.ts";

/** Declarations of a style attribute, in small letters; also those that no browser knows, such as Word's. */
export function stylesOf(element: Element): ReadonlyMap<string, string> {
  const styles = new Map<string, string>();
  for (const declaration of (element.getAttribute("style") ?? "").slice(0, 20_000).split(";")) {
    const colon = declaration.indexOf(":");
    if (colon > 0)
      styles.set(
        declaration.slice(0, colon).trim().toLowerCase(),
        declaration
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      );
  }
  return styles;
}

/** @param link where an address of the page leads here; null: nowhere. */
export function marksInside(element: Element, around: Marks, link: (href: string) => string | null): Marks {
  const own = ownMark(element);
  if (own && own.name !== EMBED_MARK) return { ...around, ...Object.fromEntries([[own.name, own.value]]) };
  const marks: Marks = { ...around };
  const tag = markOfTag(element.localName);
  // links are underlined by every program
  if (tag && !(tag === "underline" && marks.link)) marks[tag] = true;
  if (element.localName === "a") {
    const href = link(element.getAttribute("href")?.trim() ?? "");
    if (href !== null && isSafeHref(href)) {
      marks.link = { href };
    }
  }
  const highlight = element.getAttribute("data-highlight");
  if (element.localName === "mark") marks.highlight = isHighlight(highlight) ? highlight : "yellow";
  const color = element.getAttribute("data-color");
  if (element.localName === "span" && isColor(color)) marks.color = color;
  setStyles(marks, element);
  return marks;
}

/** What is said in raised or lowered signs: an exponent, an index. */
export function raisedText(element: Element): string | null {
  const align = stylesOf(element).get("vertical-align") ?? "";
  const way = /^su[pb]/.exec(
    element.localName === "sup" || element.localName === "sub" ? element.localName : align,
  );
  if (!way || element.querySelector("a, img, br, code")) return null;
  return raised((element.textContent ?? "").trim(), way[0] as "sup" | "sub");
}

const MONOSPACE = /^["']?(?:courier new|consolas|menlo|monaco|roboto mono|source code pro|monospace)\b/;

function setStyles(marks: Marks, element: Element): void {
  const styles = stylesOf(element);
  const weight = styles.get("font-weight");
  if (weight) set(marks, "bold", /^bold|^[6-9]00$/.test(weight));
  const slant = styles.get("font-style");
  if (slant) set(marks, "italic", /^(?:italic|oblique)/.test(slant));
  const lines = `${styles.get("text-decoration") ?? ""} ${styles.get("text-decoration-line") ?? ""}`;
  if (/\bunderline\b/.test(lines) && !marks.link) marks.underline = true;
  if (/\bline-through\b/.test(lines)) marks.strike = true;
  if (element.localName === "span" && MONOSPACE.test(styles.get("font-family") ?? "")) marks.code = true;
}

function set(marks: Marks, name: string, isOn: boolean): void {
  if (isOn) marks[name] = true;
  else delete marks[name];
}
