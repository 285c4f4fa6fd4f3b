/** The text as the server has it, until the editor stands in its place. Nothing in it answers. Null without a text. */
import { createElement, type ReactNode } from "react";
import type { Mention } from "../../lib/core/mention.ts";
import type { Named } from "../../lib/editor/mention.ts";
import { type StillRow, shortRows, stillDocument } from "../../lib/editor/still-nodes.ts";
import { type StillElement, stillElements } from "../../lib/editor/still-page.ts";

export function stillBody(rows: readonly StillRow[], look: (mention: Mention) => Named | null): ReactNode {
  const first = shortRows(rows);
  if (first.length === 0) return null;
  return (
    <div className="body-area still" aria-busy="true">
      <div className="body">{drawRows(first, look)}</div>
    </div>
  );
}

/** Blocks as they stand in a document, to be looked at. */
export const drawRows = (rows: readonly StillRow[], look?: (mention: Mention) => Named | null): ReactNode =>
  stillElements(stillDocument(rows), look).map(draw);

/** Attributes that React names in its own way; the others it takes as they are. */
const NAMES: Readonly<Record<string, string>> = {
  class: "className",
  tabindex: "tabIndex",
  spellcheck: "spellCheck",
};
/** Of the editor alone. */
const LEFT_OUT = new Set(["contenteditable"]);

function draw(element: StillElement | string, index: number): ReactNode {
  if (typeof element === "string") return element;
  const props: Record<string, unknown> = { key: index };
  for (const [name, value] of element.attributes) {
    if (LEFT_OUT.has(name)) continue;
    props[NAMES[name] ?? name] = name === "style" ? declarations(value) : value;
  }
  return createElement(element.tag, props, ...element.children.map(draw));
}

function declarations(style: string): Record<string, string> {
  const pairs = style.split(";").map((one) => one.split(":").map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([name, value]) => name && value));
}
