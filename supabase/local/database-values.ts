/** How values look on their way between Postgres and this process, the same on both engines. */

export const OID = {
  bool: 16,
  bytea: 17,
  json: 114,
  numeric: 1700,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
} as const;

/** bytea as Postgres writes it, `\x…`; text stays what it is. */
export function toByteaText(value: unknown): string {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  return String(value);
}

/** From Postgres' own form to the one of to_json, which is PostgREST's; "infinity" stays. */
export const toJsonTime = (value: string) =>
  value.replace(" ", "T").replace(/([+-]\d\d)$/, (zone) => `${zone}:00`);

export const toTimeText = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));

/** Text is JSON already; everything else becomes it. */
export const toJsonText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** What a client makes of it; NaN and the infinities, which JSON does not know, stay text. */
export function toNumber(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
