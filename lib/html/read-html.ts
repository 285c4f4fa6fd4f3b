/**
 * HTML → blocks: what a person sees of a page, and nothing of how it looks. Elements that hold programs, forms, styles
 * or other pages are left out with all that is in them; unknown ones are read through. Nothing is loaded and nothing
 * runs: the tree that is read belongs to no page.
 */
import type { BlockNode, Json, Marks, TextRun } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { isSafeHref } from "../core/link.ts";
import { MATH } from "../core/math.ts";
import { EMBED_MARK, OBJECT_CHARACTER } from "../core/strand.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";
import { TOGGLE } from "../core/toggle.ts";
import { BlockList } from "./block-list.ts";
import { checkOfAction, titleOfExpand, toneOfPanel } from "./confluence.ts";
import { marksInside, raisedText } from "./inline-marks.ts";
import { INSIDE, ownBlock, ownMark } from "./own-block.ts";
import {
  BLOCKS,
  childrenOf,
  firstNumber,
  isEndOfParagraph,
  isIcon,
  isLeftOut,
  isPixel,
  isSpacer,
  keepsBlanks,
  levelOf,
  toneOfAlert,
} from "./page-elements.ts";
import { codeText, isCodeBlock, languageOf } from "./read-code.ts";
import { type Formula, formulaOf, signsOf } from "./read-maths.ts";
import { cellText, isLayout, readTable, rowsOf } from "./read-table.ts";
import { checkOf } from "./read-task.ts";
import { wordItem, wordStyle } from "./word.ts";

export type Picture = { readonly src: string; readonly alt: string };

export type HtmlDoors = {
  /** The block of a picture that can be had; null: its address is given as a link, if it is one. */
  readonly picture?: (picture: Picture) => BlockNode | null;
  /** Where an address leads, when it leads here. The rule of links is applied to the answer. */
  readonly link?: (href: string) => string | null;
  /** Reading ends soon after so many: what comes back is more than this, and not all. */
  readonly mostBlocks?: number;
};

type Context = {
  readonly depth: number;
  readonly marks: Marks;
  readonly isKept: boolean;
  readonly level: number;
};

export function readHtml(root: ParentNode & Node, doors: HtmlDoors = {}): BlockNode[] {
  const reader = new HtmlReader(doors, isNotion(root));
  reader.walkInside(root, { depth: 0, marks: {}, isKept: false, level: 0 });
  return reader.list.tree();
}

/** Notion's pages end with a comment of its own; its callouts are asides, which elsewhere are what stands beside a text. */
function isNotion(root: Node): boolean {
  const page = root.ownerDocument ?? (root as Document);
  const comments = page.createNodeIterator(root, 128 /* comments */);
  for (let node = comments.nextNode(); node; node = comments.nextNode())
    if (/^\s*notionvc:/.test(node.nodeValue ?? "")) return true;
  return false;
}

/** Elements in elements: no person's page comes near it, and each costs a call. */
const MOST_LEVELS = 400;

class HtmlReader {
  readonly list = new BlockList();
  readonly #doors: HtmlDoors;
  readonly #isNotion: boolean;

  constructor(doors: HtmlDoors, isFromNotion: boolean) {
    this.#doors = doors;
    this.#isNotion = isFromNotion;
  }

  walkInside(node: Node, context: Context): void {
    for (const child of childrenOf(node)) this.#walk(child, { ...context, level: context.level + 1 });
  }

  #walk(node: Node, context: Context): void {
    if (node.nodeType === 3)
      this.list.write(node.nodeValue ?? "", context.marks, context.depth, context.isKept);
    if (node.nodeType !== 1 || this.list.listed.length > (this.#doors.mostBlocks ?? Number.POSITIVE_INFINITY))
      return;
    const element = node as Element;
    if (element.localName === "math") this.#maths(element, context);
    if (isLeftOut(element)) return;
    if (context.level > MOST_LEVELS) {
      this.list.write(element.textContent ?? "", context.marks, context.depth, context.isKept);
      return;
    }
    if (!this.#readOwn(element, context) && !this.#readBlock(element, context))
      this.#readInline(element, context);
  }

  /** A block that we wrote. True when it was one. */
  #readOwn(element: Element, context: Context): boolean {
    if (element.hasAttribute(INSIDE)) {
      this.list.boundary();
      this.walkInside(element, { ...context, depth: context.depth + 1 });
      this.list.close();
      return true;
    }
    const own = ownBlock(element);
    if (!own) return false;
    const { type } = own;
    const attrs = { ...own.attrs, ...this.#ownPicture(element) };
    if (element.localName === "table") {
      this.list.start({
        type: TABLE,
        attrs,
        depth: context.depth,
        isExact: true,
        children: this.#ownRows(element, context),
      });
      this.list.close();
      return true;
    }
    this.list.start({ type, attrs, depth: context.depth, isExact: true, isContainer: true });
    const inside: Context = { ...context, marks: {}, isKept: true, depth: context.depth + 1 };
    if (element.localName === "pre") this.list.write(codeText(element), {}, context.depth, true);
    else if (element.localName === "figure")
      for (const caption of element.querySelectorAll(":scope > figcaption")) this.walkInside(caption, inside);
    else this.walkInside(element, inside);
    this.list.close();
    return true;
  }

  /** A picture that our own page holds with its bytes: what it is here, over what it was there. */
  #ownPicture(figure: Element): Record<string, Json> {
    const image = figure.localName === "figure" ? figure.querySelector(":scope > img[src^='data:']") : null;
    if (!image) return {};
    const picture = { src: image.getAttribute("src") ?? "", alt: image.getAttribute("alt") ?? "" };
    return this.#doors.picture?.(picture)?.attrs ?? {};
  }

  #ownRows(table: Element, context: Context): BlockNode[] {
    const part = (element: Element, type: string, children: BlockNode[], text: TextRun[]): BlockNode => ({
      type,
      attrs: ownBlock(element)?.attrs ?? {},
      text,
      children,
    });
    return rowsOf(table).map((row) => {
      const cells = [...row.children].filter(({ localName }) => localName === "td" || localName === "th");
      return part(
        row,
        ROW,
        cells.map((cell) => part(cell, CELL, [], this.#cell(cell, context, true))),
        [],
      );
    });
  }

  #cell(cell: Element, context: Context, isKept: boolean): TextRun[] {
    // no block of its own stands in a cell
    const { picture: _, ...doors } = this.#doors;
    const inCell = new HtmlReader(doors, this.#isNotion);
    // one of ours holds text alone, to the letter
    if (isKept) inCell.list.start({ type: "paragraph", depth: 0, isExact: true, isContainer: true });
    const marks = isKept ? {} : marksInside(cell, {}, this.#link);
    inCell.walkInside(cell, { depth: 0, marks, isKept, level: context.level });
    return cellText(inCell.list.tree());
  }

  /** An element that begins a block. True when it was one. */
  #readBlock(element: Element, context: Context): boolean {
    const name = element.localName;
    if (/^h[1-6]$/.test(name)) this.#heading(element, Number(name[1]), context);
    else if (name === "ul" || name === "ol" || name === "menu") this.#readList(element, context);
    else if (name === "li") this.#item(element, context, null);
    else if (name === "blockquote") this.#container(element, "quote", {}, context);
    else if (name === "details") this.#details(element, context);
    else if (name === "pre" || isCodeBlock(element)) this.#code(element, context);
    else if (name === "hr") this.#single({ type: "divider" }, context);
    else if (name === "table") this.#table(element, context);
    else if (name === "img") this.#picture(element, context);
    else if (name === "br") this.list.break();
    else if (name === "p" || BLOCKS.has(name)) this.#paragraph(element, context);
    else return false;
    return true;
  }

  #single({ type, attrs = {} }: { type: string; attrs?: Record<string, Json> }, { depth }: Context): void {
    this.list.start({ type, attrs, depth });
    this.list.close();
  }

  #heading(element: Element, level: number, context: Context): void {
    // inside an item or a quote it is that block's own text
    if (this.list.open?.isContainer && this.list.open.text.length === 0) {
      this.#flow(element, context);
      return;
    }
    const attrs = level > 3 ? { level } : {};
    this.list.start({ type: `heading${Math.min(3, level)}`, attrs, depth: context.depth });
    this.walkInside(element, context);
    this.list.close();
  }

  #readList(list: Element, context: Context): void {
    // a list right inside a list stands one level deeper
    const isNested = list.parentElement !== null && /^(?:ul|ol)$/.test(list.parentElement.localName);
    const inside = isNested ? { ...context, depth: context.depth + 1 } : context;
    this.list.close();
    let isFirst = true;
    for (const child of childrenOf(list)) {
      const isItem =
        child.nodeType === 1 && (child as Element).localName === "li" && !ownBlock(child as Element);
      if (isItem) {
        this.#item(child as Element, inside, isFirst ? firstNumber(list) : null);
        isFirst = false;
      } else this.#walk(child, { ...inside, level: context.level + 1 });
    }
    this.list.close();
  }

  /** @param start the number it says; null: it counts on. */
  #item(item: Element, context: Context, start: number | null): void {
    if (isLeftOut(item)) return;
    const level = levelOf(item);
    const depth = Math.max(context.depth, Number.isSafeInteger(level) ? level : 0);
    const checked = checkOf(item);
    const type = checked !== null ? "task" : item.parentElement?.localName === "ol" ? "number" : "bullet";
    const attrs = checked !== null ? { checked } : type === "number" ? this.list.numbered(depth, start) : {};
    this.list.start({ type, attrs, depth, isContainer: true });
    this.walkInside(item, { ...context, depth: depth + 1 });
    this.list.close();
  }

  #container(element: Element, type: string, attrs: Record<string, Json>, context: Context): void {
    this.list.start({ type, attrs, depth: context.depth, isContainer: true });
    this.walkInside(element, { ...context, depth: context.depth + 1 });
    this.list.close();
  }

  #details(details: Element, context: Context): void {
    const summary = details.querySelector(":scope > summary");
    this.list.start({ type: TOGGLE, depth: context.depth, isContainer: true });
    if (summary) this.walkInside(summary, { ...context, depth: context.depth + 1 });
    this.list.close();
    for (const child of childrenOf(details))
      if (child !== summary)
        this.#walk(child, { ...context, depth: context.depth + 1, level: context.level + 1 });
    this.list.close();
  }

  #code(element: Element, context: Context): void {
    const language = languageOf(element);
    this.list.start({ type: "code", attrs: language === null ? {} : { language }, depth: context.depth });
    this.list.write(codeText(element).replace(/\n$/, ""), {}, context.depth, true);
    this.list.close();
  }

  #table(table: Element, context: Context): void {
    if (isLayout(table)) {
      this.#flow(table, context);
      return;
    }
    const block = readTable(table, (cell) => this.#cell(cell, context, false), this.#doors.mostBlocks);
    if (!block) return;
    for (const caption of table.querySelectorAll(":scope > caption")) this.#flow(caption, context);
    this.list.start({ ...block, depth: context.depth });
    this.list.close();
  }

  #paragraph(element: Element, context: Context): void {
    const level = element.getAttribute("role") === "heading" ? Number(element.getAttribute("aria-level")) : 0;
    const tone = toneOfAlert(element) ?? toneOfPanel(element);
    const checked = checkOfAction(element);
    if (this.#readWord(element, context) || this.#readExpand(element, context)) return;
    if (level >= 1 && level <= 6) this.#heading(element, level, context);
    else if (tone) this.#container(element, CALLOUT, tone === "info" ? {} : { tone }, context);
    else if (checked !== null) this.#container(element, "task", { checked }, context);
    else if (element.localName === "aside" && this.#isNotion) this.#aside(element, context);
    else this.#flow(element, context);
  }

  /** A callout of Notion: its sign, then its words. */
  #aside(element: Element, context: Context): void {
    const sign = element.firstChild;
    if (sign?.nodeType === 3)
      sign.nodeValue = (sign.nodeValue ?? "").replace(/^\s*\p{Extended_Pictographic}\ufe0f?\s*/u, "");
    this.#container(element, CALLOUT, {}, context);
  }

  #flow(element: Element, context: Context): void {
    const marks = marksInside(element, context.marks, this.#link);
    this.list.boundary();
    this.walkInside(element, { ...context, marks, isKept: context.isKept || keepsBlanks(element) });
    this.list.boundary();
  }

  #readExpand(element: Element, context: Context): boolean {
    const title = titleOfExpand(element);
    if (title === null) return false;
    this.list.start({ type: TOGGLE, depth: context.depth });
    this.list.write(title, {}, context.depth, false);
    this.list.close();
    this.walkInside(element, { ...context, depth: context.depth + 1 });
    this.list.close();
    return true;
  }

  #readWord(element: Element, context: Context): boolean {
    const item = wordItem(element);
    const style = item ? null : wordStyle(element);
    if (!item && !style) return false;
    const depth = context.depth + (item?.depth ?? 0);
    const attrs = item?.type === "number" ? this.list.numbered(depth, item.start) : {};
    this.list.start({ type: item?.type ?? style ?? "", attrs, depth });
    this.walkInside(element, context);
    this.list.close();
    return true;
  }

  #maths(math: Element, context: Context): void {
    const formula = formulaOf(math);
    if (formula) this.#formula(formula, context);
    else this.list.write(signsOf(math), context.marks, context.depth, false);
  }

  #formula({ source, isBlock }: Formula, { depth }: Context): void {
    if (isBlock) this.list.start({ type: MATH, depth });
    this.list.write(source, isBlock ? {} : { [MATH]: true }, depth, true);
    if (isBlock) this.list.close();
  }

  #picture(element: Element, context: Context): void {
    const formula = formulaOf(element);
    if (formula) {
      this.#formula(formula, context);
      return;
    }
    const src = element.getAttribute("src")?.trim() ?? "";
    const alt = element.getAttribute("alt")?.trim() ?? "";
    if (isPixel(element) || element.closest("[role=checkbox]")) return;
    const block = isIcon(element) ? null : this.#doors.picture?.({ src, alt });
    if (block) {
      const figure = element.closest("figure");
      this.list.start({ ...block, depth: context.depth, isContainer: true });
      // the caption of a figure is the picture's own text
      if (!figure?.querySelector("figcaption")) this.list.close();
    } else if (isSafeHref(src) && /^https?:/i.test(src) && !isIcon(element)) {
      this.list.write(alt || "Picture", { ...context.marks, link: { href: src } }, context.depth, false);
    } else this.list.write(alt, context.marks, context.depth, false);
  }

  #readInline(element: Element, context: Context): void {
    if (isEndOfParagraph(element)) {
      this.list.boundary();
      return;
    }
    if (isSpacer(element)) {
      this.list.write(" ", context.marks, context.depth, false);
      return;
    }
    const own = ownMark(element);
    if (own?.name === EMBED_MARK) {
      // one character, whatever words stand in its place
      const marks = { ...context.marks, [EMBED_MARK]: own.value };
      this.list.write(OBJECT_CHARACTER, marks, context.depth, true);
      return;
    }
    const formula = formulaOf(element);
    if (formula) {
      this.#formula(formula, context);
      return;
    }
    const marks = marksInside(element, context.marks, this.#link);
    const exponent = raisedText(element);
    if (exponent !== null) this.list.write(exponent, marks, context.depth, false);
    else this.walkInside(element, { ...context, marks, isKept: context.isKept || keepsBlanks(element) });
  }

  #link = (href: string): string | null => this.#doors.link?.(href) ?? href;
}
