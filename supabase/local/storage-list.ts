/** The two ways of listing: by folder and offset, and (list-v2) by prefix and cursor. */
import { malformed } from "./storage-errors.ts";
import { type Asker, type Records, time } from "./storage-records.ts";

const TIMES = ["updated_at", "created_at", "last_accessed_at"].map((column) => time(column)).join(", ");

function numberOf(body: Record<string, unknown>, name: string, least: number): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value)) throw malformed(`body/${name} must be integer`);
  if (value < least) throw malformed(`body/${name} must be >= ${least}`);
  return value;
}

function sortOf(body: Record<string, unknown>, columns: readonly string[]) {
  const sortBy = (body.sortBy ?? {}) as { column?: unknown; order?: unknown };
  const { column = "name", order = "asc" } = sortBy;
  if (typeof column !== "string" || !columns.includes(column)) {
    throw malformed("body/sortBy/column must be equal to one of the allowed values");
  }
  if (order !== "asc" && order !== "desc") {
    throw malformed("body/sortBy/order must be equal to one of the allowed values");
  }
  return { column, order };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** One folder: files, and folders as entries with a name only. */
export async function list(records: Records, asker: Asker, bucketId: string, body: Record<string, unknown>) {
  if (typeof body.prefix !== "string") throw malformed("body must have required property 'prefix'");
  const prefix = body.prefix === "" || body.prefix.endsWith("/") ? body.prefix : `${body.prefix}/`;
  const { column, order } = sortOf(body, ["name", "updated_at", "created_at", "last_accessed_at"]);
  const limit = numberOf(body, "limit", 1) ?? 100;
  const offset = numberOf(body, "offset", 0) ?? 0;
  return records.asCaller(asker, async (tx) => {
    const { rows } = await tx.query(
      `select name, id, ${TIMES}, metadata
       from storage.search($1, $2, $3::integer, $4::integer, $5::integer, $6, $7, $8)`,
      [prefix, bucketId, limit, prefix.split("/").length, offset, textOf(body.search), column, order],
    );
    return rows;
  });
}

interface Entry {
  readonly key: string;
  readonly id: string | null;
  readonly sorted: string;
}

const entriesOf = (column: string) => `
  select o.name as key, o.id, o.name, o.updated_at, o.created_at, o.last_accessed_at, o.metadata,
    ${column === "name" ? "o.name" : `to_char(o.${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US')`} as sorted
  from storage.objects o
  where o.bucket_id = $1 and starts_with(o.name, $2) and ($3 = '' or position($3 in substring(o.name from length($2) + 1)) = 0)
  union all
  select distinct folder, null::uuid, folder, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb,
    ${column === "name" ? "folder" : "''"}
  from (select left(o.name, length($2) + position($3 in substring(o.name from length($2) + 1))) as folder
        from storage.objects o where o.bucket_id = $1 and starts_with(o.name, $2) and $3 <> ''
          and position($3 in substring(o.name from length($2) + 1)) > 0) folders`;

/** Everything below a prefix; with a delimiter, folders are named once. The cursor is where the page ended. */
export async function listV2(
  records: Records,
  asker: Asker,
  bucketId: string,
  body: Record<string, unknown>,
) {
  const { column, order } = sortOf(body, ["name", "updated_at", "created_at"]);
  const limit = Math.min(numberOf(body, "limit", 1) ?? 1000, 1000);
  const after = cursorOf(body.cursor);
  const sign = order === "asc" ? ">" : "<";
  const rows = await records.asCaller(asker, async (tx) => {
    const found = await tx.query<Entry & Record<string, unknown>>(
      `select key, id, name, ${TIMES}, metadata, sorted from (${entriesOf(column)}) e
       where $4::text is null or (sorted collate "C", key collate "C") ${sign} ($4::text, $5::text)
       order by sorted collate "C" ${order}, key collate "C" ${order} limit $6::integer`,
      [
        bucketId,
        textOf(body.prefix),
        body.with_delimiter === true ? "/" : "",
        after?.[0] ?? null,
        after?.[1] ?? null,
        limit + 1,
      ],
    );
    return found.rows;
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit;
  return {
    hasNext,
    ...(hasNext && last ? { nextCursor: cursorAt(last) } : {}),
    folders: page.filter(({ id }) => id === null).map(({ key }) => ({ key, name: key })),
    objects: page.filter(({ id }) => id !== null).map(({ sorted: _, ...object }) => object),
  };
}

const cursorAt = ({ sorted, key }: Entry) => Buffer.from(JSON.stringify([sorted, key])).toString("base64url");

function cursorOf(value: unknown): [string, string] | null {
  if (typeof value !== "string" || value === "") return null;
  try {
    const [sorted, key] = JSON.parse(Buffer.from(value, "base64url").toString("utf8")) as unknown[];
    if (typeof sorted === "string" && typeof key === "string") return [sorted, key];
  } catch (cause) {
    throw Object.assign(malformed("Invalid Parameter cursor"), { cause });
  }
  throw malformed("Invalid Parameter cursor");
}
