/** Formulas of a page: KaTeX, MathJax and Wikipedia bring the source beside what is drawn; MathML alone has its signs. */

/** TeX; `isBlock` when it stands on a line of its own. */
export type Formula = { readonly source: string; readonly isBlock: boolean };

const TEX = "annotation[encoding='application/x-tex']";
/** The picture that Wikipedia draws for those who see no MathML. */
const PICTURE = /\bmwe-math-fallback-image-(inline|display)\b/;

/** Null: no formula, or one whose source nobody says. */
export function formulaOf(element: Element): Formula | null {
  const { className, localName } = element;
  if (localName === "img") {
    const [, place] = PICTURE.exec(className) ?? [];
    return place ? formula(element.getAttribute("alt"), place === "display") : null;
  }
  if (localName === "math")
    return formula(
      element.querySelector(TEX)?.textContent ?? element.getAttribute("alttext"),
      element.getAttribute("display") === "block",
    );
  if (!/(?:^|\s)katex(?:\s|$)/.test(className)) return null;
  return formula(
    element.querySelector("annotation")?.textContent,
    element.parentElement?.className === "katex-display",
  );
}

function formula(said: string | null | undefined, isBlock: boolean): Formula | null {
  const source = (said ?? "").trim().replace(/^\{\\(?:display|text)style\s*(.*)\}$/s, "$1");
  return source.trim() === "" ? null : { source: source.trim(), isBlock };
}

/** What is written in MathML, sign by sign. */
export const signsOf = (math: Element): string =>
  [...math.querySelectorAll("mi, mn, mo, mtext, ms")].map(({ textContent }) => textContent.trim()).join("");
