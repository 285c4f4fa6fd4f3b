/**
 * Block ids: a random uuid in its 32-hex form (no hyphens), which is also the block's ltree label.
 * Rows of `blocks` carry the hyphened form of the same uuid.
 */
export type BlockId = string & { readonly __brand: "BlockId" };

const HEX32 = /^[0-9a-f]{32}$/;

export function isBlockId(value: unknown): value is BlockId {
  return typeof value === "string" && HEX32.test(value);
}

/** Brands a 32-hex string; throws on anything else, because an id from outside is parsed at its door. */
export function blockId(value: string): BlockId {
  if (!isBlockId(value))
    throw new TypeError(`Not a block id (32 hex digits): ${JSON.stringify(value).slice(0, 80)}`);
  return value;
}

export function newBlockId(): BlockId {
  return blockId(crypto.randomUUID().replaceAll("-", ""));
}

/** 32 hex → 8-4-4-4-12. */
export function toUuid(id: BlockId): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}
