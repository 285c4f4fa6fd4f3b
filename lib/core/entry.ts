/**
 * One block as it stands in the shared document: a Y.Map under `doc.getMap("blocks")`, keyed by block id.
 *
 *   type   string                        what it is; a type nobody knows here survives untouched
 *   born   [parent, order]               where it was made; never deleted, so that undoing its creation
 *                                        cannot leave somebody else's words without a place
 *   place  1 | [parent, order]           where it stands; 1 = where it was born; absent = creation undone
 *   gone   true                          deleted; text that survives (typed meanwhile) brings it back
 *   text   Y.Text                        the strand this block is the root of (see strand.ts)
 *   home   id                            born by a split: the root of the strand that holds its text
 *   a:NAME Json                          an attribute
 *
 * Values come from other people's bytes: everything is checked here and nowhere else, and nothing throws.
 */
import * as Y from "yjs";
import type { Json } from "./block-tree.ts";
import { type BlockId, isBlockId } from "./ids.ts";
import { FIRST_ORDER_KEY, isOrderKey } from "./order-key.ts";

/** The parent of a top-level block. */
export const ROOT = "";
export type ParentId = BlockId | typeof ROOT;

export type EntryMap = Y.Map<unknown>;

export type Entry = {
  readonly id: BlockId;
  readonly type: string;
  readonly parent: ParentId;
  readonly order: string;
  /** Stands where it was born (a split keeps the strand's order as long as this holds). */
  readonly unmoved: boolean;
  /** False once its creation was undone. */
  readonly placed: boolean;
  /** False only inside the transaction that makes the block, before `arrange` gave it a place. */
  readonly settled: boolean;
  readonly gone: boolean;
  readonly home: BlockId | null;
  readonly text: Y.Text | null;
  readonly attrs: Readonly<Record<string, Json>>;
};

const ATTRIBUTE = "a:";
export const attributeKey = (name: string): string => ATTRIBUTE + name;

function readPlace(value: unknown): [ParentId, string] | null {
  if (!Array.isArray(value)) return null;
  const [parent, order] = value;
  if (parent !== ROOT && !isBlockId(parent)) return null;
  return [parent, isOrderKey(order) ? order : FIRST_ORDER_KEY];
}

function readAttributes(map: EntryMap): Record<string, Json> {
  const attrs: [string, Json][] = [];
  for (const [key, value] of map.entries()) {
    if (key.startsWith(ATTRIBUTE) && !(value instanceof Y.AbstractType)) {
      attrs.push([key.slice(ATTRIBUTE.length), value as Json]);
    }
  }
  // not by assignment: "__proto__" is a name like any other
  return Object.fromEntries(attrs);
}

export function readEntry(id: BlockId, map: EntryMap): Entry {
  const born = readPlace(map.get("born")) ?? [ROOT, FIRST_ORDER_KEY];
  const place = map.get("place");
  const moved = readPlace(place);
  const [parent, order] = moved ?? born;
  const type = map.get("type");
  const home = map.get("home");
  const text = map.get("text");
  return {
    id,
    type: typeof type === "string" && type !== "" ? type : "paragraph",
    parent,
    order,
    unmoved: moved === null,
    placed: place !== undefined,
    settled: map.has("born"),
    gone: map.get("gone") === true,
    home: isBlockId(home) ? home : null,
    text: text instanceof Y.Text ? text : null,
    attrs: readAttributes(map),
  };
}
