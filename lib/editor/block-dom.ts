/** Blocks as DOM and back. Every block's element has `data-block-id` and `data-block-type`. */
import type { DOMOutputSpec, Node as ProseMirrorNode, TagParseRule } from "@tiptap/pm/model";
import { CALLOUT, TONE_NAMES, toneOf } from "../core/callout.ts";
import { COLUMN, COLUMNS } from "../core/columns.ts";
import { EMBED } from "../core/embed.ts";
import { MATH } from "../core/math.ts";
import { colorsOf } from "../core/palette.ts";
import { TOGGLE } from "../core/toggle.ts";
import { iconOf } from "./icons.ts";
import { languageName } from "./languages.ts";

/** A map: types are other people's words, and "constructor" is one. */
const HEADING_TAGS: ReadonlyMap<string, string> = new Map([
  ["heading1", "h2"],
  ["heading2", "h3"],
  ["heading3", "h4"],
]);
const KNOWN = new Set([
  "paragraph",
  "bullet",
  "number",
  "task",
  "quote",
  "code",
  "divider",
  MATH,
  CALLOUT,
  TOGGLE,
  "table",
  "tableRow",
  "tableCell",
  "image",
  "file",
  EMBED,
  COLUMNS,
  COLUMN,
  ...HEADING_TAGS.keys(),
]);

/** Whether this version knows the type; others are shown as text "made with a newer version". */
export const isKnownType = (type: string): boolean => KNOWN.has(type);

export function blockAttributes(node: ProseMirrorNode): Record<string, string> {
  const { id, type, depth, props } = node.attrs;
  const attributes: Record<string, string> = {
    class: isKnownType(type) ? "block" : "block unknown",
    "data-block-id": String(id ?? ""),
    "data-block-type": type,
    "data-depth": String(depth),
    dir: "auto",
    style: `--nest: ${depth}`,
  };
  if (type === "number" && Number.isSafeInteger(props.start)) attributes["data-start"] = String(props.start);
  for (const [name, color] of Object.entries(colorsOf(props))) attributes[`data-${name}`] = color;
  if (!isKnownType(type)) attributes.title = "Made with a newer version";
  return attributes;
}

export function renderBlock(node: ProseMirrorNode): DOMOutputSpec {
  const { type, props } = node.attrs;
  const attributes = blockAttributes(node);
  if (type === "task") {
    const checked = props.checked === true;
    const box = {
      class: "task-box",
      role: "checkbox",
      "aria-checked": String(checked),
      "aria-label": "Done",
      contenteditable: "false",
    };
    return ["div", attributes, ["span", box], ["div", { class: "text" }, 0]];
  }
  if (type === CALLOUT) return renderCallout(node, attributes);
  if (type === TOGGLE)
    return ["div", attributes, triangle(true), triangle(false), ["div", { class: "text" }, 0]];
  if (type === "number" && attributes["data-start"]) {
    attributes.style += `; --start: ${Number(attributes["data-start"])}`;
  }
  const tag =
    HEADING_TAGS.get(type) ?? (type === "quote" ? "blockquote" : type === "paragraph" ? "p" : "div");
  return [tag, attributes, 0];
}

/** A click on the icon asks for another tone; so does Ctrl+Enter, so that it need not take the focus. */
function renderCallout(node: ProseMirrorNode, attributes: Record<string, string>): DOMOutputSpec {
  const tone = toneOf(node.attrs.props);
  const name = TONE_NAMES[tone];
  const button = {
    class: "callout-tone",
    type: "button",
    tabindex: "-1",
    contenteditable: "false",
    "aria-haspopup": "menu",
    "aria-label": `${name}: change what this is`,
  };
  return [
    "div",
    { ...attributes, role: "note", "aria-label": name, "data-tone": tone },
    ["button", button, iconOf(tone)],
    ["div", { class: "text" }, 0],
  ];
}

/** The triangle of a toggle, open or shut: which of the two is shown follows the class that folding draws. */
function triangle(isOpen: boolean): DOMOutputSpec {
  const attributes = {
    class: isOpen ? "fold opened" : "fold shut",
    type: "button",
    contenteditable: "false",
    "aria-expanded": String(isOpen),
    "aria-label": "What is inside",
  };
  return ["button", attributes, iconOf(isOpen ? "down" : "right")];
}

export function renderCode(node: ProseMirrorNode): DOMOutputSpec {
  const language = typeof node.attrs.props.language === "string" ? node.attrs.props.language : "";
  const button = { type: "button", tabindex: "-1" };
  return [
    "div",
    { ...blockAttributes(node), dir: "ltr" },
    [
      "div",
      { class: "code-head", contenteditable: "false", "data-language": language },
      ["button", { ...button, class: "code-language", "aria-haspopup": "dialog" }, languageName(language)],
      ["button", { ...button, class: "icon-button", "aria-label": "Copy code" }, iconOf("copy")],
    ],
    ["pre", { spellcheck: "false" }, ["code", 0]],
  ];
}

/** On the page it is drawn by math-view.ts. */
export function renderMath(node: ProseMirrorNode): DOMOutputSpec {
  return ["div", { ...blockAttributes(node), dir: "ltr" }, ["pre", ["code", 0]]];
}

export function renderRule(node: ProseMirrorNode): DOMOutputSpec {
  return ["div", { ...blockAttributes(node), role: "separator" }];
}

export function renderTable(node: ProseMirrorNode): DOMOutputSpec {
  const { header } = node.attrs.props;
  const attributes = { ...blockAttributes(node), ...(header === true ? { "data-header": "" } : {}) };
  return ["div", attributes, ["table", {}, ["tbody", 0]]];
}

/** Rows and cells are named like blocks, and drawn as parts of a table; so is what begins columns. */
function partAttributes({ attrs: { id, type, depth } }: ProseMirrorNode): Record<string, string> {
  return { "data-block-id": String(id ?? ""), "data-block-type": type, "data-depth": String(depth) };
}

export function renderRow(node: ProseMirrorNode): DOMOutputSpec {
  return ["tr", partAttributes(node), 0];
}

export function renderCell(node: ProseMirrorNode): DOMOutputSpec {
  return ["td", { ...partAttributes(node), dir: "auto" }, 0];
}

/** Takes no room: what is seen of columns is what stands in them. */
export function renderColumnsPart(node: ProseMirrorNode): DOMOutputSpec {
  return ["div", { ...partAttributes(node), class: "columns-part", contenteditable: "false" }];
}

/** The first row heads the table: it was ours and said so, or its cells are headings. */
function tableProps(element: HTMLElement): Record<string, unknown> {
  const own = element.closest<HTMLElement>("[data-block-type=table]");
  const isHeaded = own
    ? own.hasAttribute("data-header")
    : [...(element.querySelector("tr")?.children ?? [])].some((cell) => cell.tagName === "TH");
  return { ...colorsOf(own?.dataset ?? {}), ...(isHeaded ? { header: true } : {}) };
}

type Attributes = { type: string; depth: number; props: Record<string, unknown>; id: null };

const attrs = (type: string, depth = 0, props: Record<string, unknown> = {}): Attributes => ({
  id: null,
  type,
  depth,
  props,
});

/** How many folded parts of a page it stands in. */
function detailsAround(element: HTMLElement): number {
  let count = 0;
  for (let at = element.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") count++;
  return count;
}

/** A list item's type and depth come from the lists around it. */
function listItem(element: HTMLElement): Attributes {
  let depth = detailsAround(element) - 1;
  for (let at = element.parentElement; at; at = at.parentElement) if (/^[ou]l$/i.test(at.tagName)) depth++;
  const box = element.querySelector<HTMLInputElement>(
    ":scope > input[type=checkbox], :scope > label > input[type=checkbox]",
  );
  if (box) return attrs("task", Math.max(0, depth), { checked: box.checked });
  return attrs(element.parentElement?.tagName === "OL" ? "number" : "bullet", Math.max(0, depth));
}

function ownBlock(element: HTMLElement): Attributes {
  const type = element.dataset.blockType ?? "paragraph";
  const props = { ...colorsOf(element.dataset), ...ownProps(type, element) };
  return attrs(type, Number(element.dataset.depth) || 0, props);
}

function ownProps(type: string, element: HTMLElement): Record<string, unknown> {
  if (type === "task")
    return { checked: element.querySelector(".task-box")?.getAttribute("aria-checked") === "true" };
  if (type === CALLOUT && element.dataset.tone !== "info") return { tone: toneOf(element.dataset) };
  return {};
}

function codeBlock(element: HTMLElement): Attributes {
  const named = element.querySelector("code")?.className.match(/language-(\S+)/)?.[1];
  const language = named ?? element.querySelector<HTMLElement>(".code-head")?.dataset.language ?? "";
  return attrs("code", Number(element.dataset.depth) || 0, language ? { language } : {});
}

/** Rules by which HTML becomes blocks. Ids are never read: what is pasted is new. */
export const blockFromDom: Record<
  "block" | "code" | "math" | "rule" | "table" | "row" | "cell",
  TagParseRule[]
> = {
  block: [
    {
      tag: "[data-block-type]:not([data-block-type=code],[data-block-type=math],[data-block-type=divider],[data-block-type^=table])",
      priority: 70,
      preserveWhitespace: "full",
      getAttrs: (element) => ownBlock(element),
      contentElement: (element) =>
        (element as HTMLElement).querySelector<HTMLElement>(":scope > .text") ?? (element as HTMLElement),
    },
    // paragraphs inside an item or a quote are that block's own text
    { tag: "li > p, li > div, blockquote > p", priority: 60, skip: true },
    { tag: "td > p, td > div, th > p, th > div", priority: 60, skip: true },
    { tag: "li", preserveWhitespace: false, getAttrs: (element) => listItem(element) },
    {
      tag: "summary",
      preserveWhitespace: false,
      getAttrs: (element) => attrs(TOGGLE, detailsAround(element) - 1),
    },
    {
      tag: "blockquote",
      preserveWhitespace: false,
      getAttrs: (element) => attrs("quote", detailsAround(element)),
    },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((tag, i) => ({
      tag,
      preserveWhitespace: false as const,
      getAttrs: (element: HTMLElement) => attrs(`heading${Math.min(3, i + 1)}`, detailsAround(element)),
    })),
    {
      tag: "p",
      preserveWhitespace: false,
      getAttrs: (element) => attrs("paragraph", detailsAround(element)),
    },
  ],
  code: [
    {
      tag: "[data-block-type=code]",
      priority: 70,
      preserveWhitespace: "full",
      getAttrs: (element) => codeBlock(element),
      contentElement: "code",
    },
    { tag: "pre", preserveWhitespace: "full", getAttrs: (element) => codeBlock(element) },
  ],
  math: [
    {
      tag: "[data-block-type=math]",
      priority: 70,
      preserveWhitespace: "full",
      getAttrs: (element) => attrs(MATH, Number((element as HTMLElement).dataset.depth) || 0),
      contentElement: "code",
    },
  ],
  rule: [
    { tag: "[data-block-type=divider]", priority: 70, getAttrs: () => attrs("divider") },
    { tag: "hr", getAttrs: () => attrs("divider") },
  ],
  table: [
    {
      tag: "table",
      getAttrs: (element) => {
        const own = (element as HTMLElement).closest<HTMLElement>("[data-block-type=table]");
        return attrs("table", Number(own?.dataset.depth) || 0, tableProps(element as HTMLElement));
      },
    },
  ],
  row: [{ tag: "tr", getAttrs: () => attrs("tableRow") }],
  cell: [{ tag: "td, th", preserveWhitespace: false, getAttrs: () => attrs("tableCell") }],
};
