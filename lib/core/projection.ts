/**
 * The projection: a document as rows of `blocks`. A pure function of the shared document, the same in the
 * edge function, the tests and the exporter. Row for row it is what people see, in the same order.
 *
 * - `parentPath`: ltree text, 32-hex labels of the ancestors, outermost first; '' at the top.
 * - `sortOrder`: the block's key where keys ascend, else a new key; siblings sort by (sortOrder bytes, id).
 * - Text that Postgres refuses (U+0000, lone surrogates) is left out of the row, never of the document.
 */
import type * as Y from "yjs";
import { BlockMap } from "./block-map.ts";
import type { Json, TextRun } from "./block-tree.ts";
import { type ParentId, ROOT } from "./entry.ts";
import { type BlockId, isBlockId, toUuid } from "./ids.ts";
import { wordsOf } from "./mention.ts";
import { isOrderKey, orderKeysBetween } from "./order-key.ts";
import type { Outline } from "./outline.ts";
import { OBJECT_CHARACTER } from "./strand.ts";

export type BlockRow = {
  /** Hyphened uuid. */
  readonly id: string;
  readonly parentPath: string;
  readonly sortOrder: string;
  readonly type: string;
  readonly content: { readonly attrs: Readonly<Record<string, Json>>; readonly text: readonly TextRun[] };
  readonly plainText: string;
};

export type Projection = { readonly title: string; readonly rows: readonly BlockRow[] };

/** UTF-16 units; longer titles are refused by the title's field and cut in the row. */
export const MAX_TITLE_LENGTH = 500;

export function projectDocument(doc: Y.Doc): Projection {
  const map = new BlockMap(doc);
  try {
    return { title: projectTitle(doc), rows: projectRows(map) };
  } finally {
    map.destroy();
  }
}

/** The ids (uuid) of all blocks that the document names, deleted ones too: a deleted block keeps its entry. */
export function namedBlocks(doc: Y.Doc): Set<string> {
  return new Set([...doc.getMap("blocks").keys()].filter(isBlockId).map(toUuid));
}

export function projectTitle(doc: Y.Doc): string {
  const title = doc.getText("title").toString().replace(/\s+/g, " ").trim();
  return storable(title.slice(0, MAX_TITLE_LENGTH)); // cut first: half a surrogate pair at the end goes as well
}

function projectRows(map: BlockMap): BlockRow[] {
  const outline = map.outline();
  const keys = sortKeys(outline);
  const paths = new Map<ParentId, string>([[ROOT, ""]]);
  return outline.items.map(({ id, parent }) => {
    const above = paths.get(parent) ?? "";
    paths.set(id, above === "" ? id : `${above}.${id}`);
    const text = map
      .runs(id)
      .map((run) => ({ text: storable(run.text), marks: storableJson(run.marks) as TextRun["marks"] }));
    return {
      id: toUuid(id),
      parentPath: above,
      sortOrder: keys.get(id) ?? "",
      type: storable(map.type(id)),
      content: { attrs: storableJson({ ...map.attrs(id) }) as Record<string, Json>, text },
      plainText: wordsOf(text).replaceAll(OBJECT_CHARACTER, ""),
    };
  });
}

/** Ascending keys for each list of siblings: their own as far as they ascend. */
function sortKeys(outline: Outline): Map<BlockId, string> {
  const keys = new Map<BlockId, string>();
  for (const siblings of outline.childrenOf.values()) {
    let last: string | null = null;
    siblings.forEach((id, index) => {
      const own = outline.keyOf.get(id);
      let key: string;
      if (isOrderKey(own) && (last === null || own > last)) key = own;
      else key = keyAfter(last, siblings.slice(index + 1, index + 9), outline);
      keys.set(id, key);
      last = key;
    });
  }
  return keys;
}

/** A key behind `last` and, if it can be, before the next sibling's own. */
function keyAfter(last: string | null, following: readonly BlockId[], outline: Outline): string {
  for (const id of following) {
    const next = outline.keyOf.get(id);
    if (isOrderKey(next) && (last === null || next > last)) return orderKeysBetween(last, next, 1)[0] ?? "";
  }
  return orderKeysBetween(last, null, 1)[0] ?? "";
}

function storable(text: string): string {
  return text
    .replaceAll("\u0000", "")
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "");
}

function storableJson(value: Json): Json {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storable(key), storableJson(inner)]),
  );
}
