/**
 * What HTML has no element for stands in attributes of our own, as JSON, so that a block read back is the block
 * written: `data-block` says the type and attributes of a block, `data-mark` a mark by name and value, `data-inside`
 * what is inside the block before it. Anybody may write these: what they say is checked here.
 */
import * as z from "zod/mini";
import { Json } from "../core/block-tree.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";

export const BLOCK = "data-block";
export const MARK = "data-mark";
export const INSIDE = "data-inside";

const MOST_LETTERS = 20_000;
/** Levels of arrays and records in one value. */
const MOST_LEVELS = 20;

const OwnBlock = z.object({
  type: z.string().check(z.minLength(1), z.maxLength(100)),
  attrs: z.record(z.string(), Json),
});
export type OwnBlock = z.infer<typeof OwnBlock>;

const OwnMark = z.object({ name: z.string().check(z.minLength(1), z.maxLength(100)), value: Json });
export type OwnMark = z.infer<typeof OwnMark>;

/** Null when the element is none of ours. Rows and cells are such in tables only. */
export function ownBlock(element: Element): OwnBlock | null {
  const own = read(OwnBlock, element.getAttribute(BLOCK));
  if (!own) return null;
  const part = Object.hasOwn(PARTS, element.localName) ? PARTS[element.localName] : undefined;
  return part ? (own.type === part ? own : null) : Object.values(PARTS).includes(own.type) ? null : own;
}

const PARTS: Readonly<Record<string, string>> = { table: TABLE, tr: ROW, td: CELL, th: CELL };

export const ownMark = (element: Element): OwnMark | null => read(OwnMark, element.getAttribute(MARK));

function read<T>(schema: z.ZodMiniType<T>, text: string | null): T | null {
  if (text === null || text.length > MOST_LETTERS || isDeep(text)) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: none of ours
  }
}

/** Brackets in strings count, too: a page that means no harm has few of them. */
function isDeep(text: string): boolean {
  let level = 0;
  for (const sign of text) {
    if (sign === "[" || sign === "{") level++;
    else if (sign === "]" || sign === "}") level--;
    if (level > MOST_LEVELS) return true;
  }
  return false;
}
