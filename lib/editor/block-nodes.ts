/** Blocks of the map as nodes of the editor, and text runs as inline nodes; both ways, character for character. */
import { Fragment, type Mark, type Node as ProseMirrorNode, type Schema } from "@tiptap/pm/model";
import { isAttachmentType } from "../core/attachment.ts";
import type { BlockMap } from "../core/block-map.ts";
import { type Json, type Marks, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { COLUMN, COLUMNS } from "../core/columns.ts";
import { EMBED } from "../core/embed.ts";
import type { BlockId } from "../core/ids.ts";
import { isSafeHref } from "../core/link.ts";
import { MATH } from "../core/math.ts";
import { mentionWords, readMention } from "../core/mention.ts";
import { isColor, isHighlight } from "../core/palette.ts";
import { EMBED_MARK, isObjectRun, OBJECT_CHARACTER } from "../core/strand.ts";

const SIMPLE = new Set(["bold", "italic", "underline", "strike", "code", "math"]);

/** Nodes of blocks whose words are source: lines without marks. */
export const CODE_NODES: ReadonlyMap<unknown, string> = new Map([
  ["code", "codeBlock"],
  [MATH, "mathBlock"],
]);

function toMark(schema: Schema, name: string, value: Json): Mark {
  const type = schema.marks[name];
  if (type && SIMPLE.has(name) && value === true) return type.create();
  if (type && name === "link" && isPlainLink(value)) return type.create({ href: value.href });
  if (type && ((name === "color" && isColor(value)) || (name === "highlight" && isHighlight(value))))
    return type.create({ value });
  return schema.mark("unknown", { name, value });
}

/** A link that this version can hold whole; any other is carried as unknown and leads nowhere. */
function isPlainLink(value: Json): value is { href: string } {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return Object.keys(value).length === 1 && typeof value.href === "string" && isSafeHref(value.href);
}

export function marksOf(marks: readonly Mark[]): Marks {
  return Object.fromEntries(
    marks.map(({ type: { name }, attrs }): [string, Json] => {
      if (name === "unknown") return [attrs.name, attrs.value];
      if (name === "link") return [name, { href: attrs.href }];
      return [name, name === "color" || name === "highlight" ? attrs.value : true];
    }),
  );
}

export function inlineNodes(schema: Schema, runs: readonly TextRun[], withMarks: boolean): ProseMirrorNode[] {
  return runs.flatMap((run) => {
    const { [EMBED_MARK]: embed = null, ...others } = run.marks;
    const isObject = isObjectRun(run);
    const { text } = run;
    const marks = isObject ? others : run.marks;
    const set = withMarks
      ? Object.entries(marks).reduce<readonly Mark[]>(
          (all, [name, value]) => toMark(schema, name, value).addToSet(all),
          [],
        )
      : [];
    if (isObject) return Array.from(text, () => schema.node("embed", { value: embed }, undefined, set));
    return text === "" ? [] : [schema.text(text, set)];
  });
}

/** The runs that a node's inline content stands for. */
export function runsOf(node: ProseMirrorNode): TextRun[] {
  if (!node.isTextblock) return [];
  const runs: TextRun[] = [];
  node.forEach((child) => {
    const marks = marksOf(child.marks);
    if (child.type.name === "embed")
      runs.push({ text: OBJECT_CHARACTER, marks: { ...marks, [EMBED_MARK]: child.attrs.value } });
    else runs.push({ text: child.text ?? "", marks });
  });
  return mergeRuns(runs);
}

/** What is asked about a block to draw it. */
export type BlockSource = Pick<BlockMap, "type" | "attrs" | "runs">;

/** @param isCell whether it stands in a row of a table. */
export function blockNode(
  schema: Schema,
  map: BlockSource,
  id: BlockId,
  depth: number,
  isCell = false,
): ProseMirrorNode {
  const runs = map.runs(id);
  const attrs = { id, type: map.type(id), depth, props: map.attrs(id) };
  if (isCell) return schema.node("tableCell", attrs, inlineNodes(schema, runs, true));
  return leafNode(schema, attrs, runs);
}

export type BlockAttributes = {
  id: BlockId;
  type: string;
  depth: number;
  props: Readonly<Record<string, Json>>;
};

/** The node of any block but tables and their parts. */
export function leafNode(schema: Schema, attrs: BlockAttributes, runs: readonly TextRun[]): ProseMirrorNode {
  const { type } = attrs;
  // in one with words somebody wrote whose version knew none: it counts as any block (columns.ts of the core)
  if ((type === COLUMNS || type === COLUMN) && runs.length === 0) return schema.node(type, attrs);
  // a divider that another typed in shows what was typed
  if (type === "divider" && runs.length === 0) return schema.node("rule", attrs);
  if (type === EMBED) return schema.node("frame", attrs, inlineNodes(schema, runs, true));
  if (isAttachmentType(type)) return schema.node("attachment", attrs, inlineNodes(schema, runs, true));
  const code = CODE_NODES.get(type);
  return schema.node(code ?? "block", attrs, Fragment.fromArray(inlineNodes(schema, runs, !code)));
}

/** A block that stands in the editor of an empty document; it is stored with the first character typed in it. */
export function emptyBlock(schema: Schema, id: BlockId): ProseMirrorNode {
  return schema.node("block", { id, type: "paragraph", depth: 0, props: {} });
}

export const idOf = (node: ProseMirrorNode): BlockId => node.attrs.id as BlockId;

/** The words of a block alone; a table and its rows have none. */
export function nodeText(node: ProseMirrorNode): string {
  if (!node.isTextblock) return "";
  return node.textBetween(0, node.content.size, undefined, OBJECT_CHARACTER);
}

/** What a block's words say: as `nodeText`, with each mention in its words. */
export function nodeWords(node: ProseMirrorNode): string {
  if (!node.isTextblock) return "";
  return node.textBetween(0, node.content.size, undefined, ({ attrs }) => {
    const mention = readMention(attrs.value);
    return mention ? mentionWords(mention) : OBJECT_CHARACTER;
  });
}
