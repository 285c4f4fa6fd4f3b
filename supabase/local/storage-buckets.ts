/** Buckets, as the policies on storage.buckets allow: without one, the service role alone. */
import type { Session } from "./database.ts";
import { ownerOf } from "./storage-caller.ts";
import { bucketNotEmpty, malformed, noSuchBucket } from "./storage-errors.ts";
import type { StorageParts } from "./storage-objects.ts";
import { type Asker, time, uuidOrNull } from "./storage-records.ts";
import { checkBucketName, parseMimeTypes, parseSizeLimit } from "./storage-upload.ts";

const COLUMNS = [
  "id, name, owner, public, type::text as type",
  "file_size_limit::float8 as file_size_limit, to_jsonb(allowed_mime_types) as allowed_mime_types",
  time("created_at"),
  time("updated_at"),
].join(", ");

const textArray = (parameter: string) =>
  `(select array_agg(one) from jsonb_array_elements_text(${parameter}::text::jsonb) one)`;

type Body = Record<string, unknown>;

const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));

async function mustSee(tx: Session, id: string): Promise<Record<string, unknown>> {
  const { rows } = await tx.query<Record<string, unknown>>(
    `select ${COLUMNS} from storage.buckets where id = $1`,
    [id],
  );
  if (!rows[0]) throw noSuchBucket();
  return rows[0];
}

export const getBucket = ({ records }: StorageParts, asker: Asker, id: string) =>
  records.asCaller(asker, (tx) => mustSee(tx, id));

export async function listBuckets({ records }: StorageParts, asker: Asker, query: URLSearchParams) {
  const columns = ["id", "name", "created_at", "updated_at"];
  const column = columns.find((one) => one === query.get("sortColumn")) ?? "name";
  const order = query.get("sortOrder") === "desc" ? "desc" : "asc";
  const numberOf = (name: string) => {
    const text = query.get(name);
    if (text === null) return null;
    if (!/^\d{1,9}$/.test(text)) throw malformed(`querystring/${name} must be integer`);
    return Number(text);
  };
  const values = [query.get("search") ?? "", numberOf("limit"), numberOf("offset") ?? 0];
  return records.asCaller(asker, async (tx) => {
    const { rows } = await tx.query(
      `select ${COLUMNS} from storage.buckets where position(lower($1) in lower(name)) > 0
       order by buckets.${column} ${order} limit $2::integer offset $3::integer`,
      values,
    );
    return rows;
  });
}

export async function createBucket({ records }: StorageParts, asker: Asker, body: Body) {
  const { name, id = name } = body;
  checkBucketName(name);
  checkBucketName(id);
  const owner = ownerOf(asker.caller);
  const values = [
    id,
    name,
    uuidOrNull(owner),
    owner,
    body.public === true,
    parseSizeLimit(body.file_size_limit) ?? null,
    json(parseMimeTypes(body.allowed_mime_types)),
  ];
  await records.asCaller(asker, (tx) =>
    tx.query(
      `insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
       values ($1, $2, $3::uuid, $4, $5::boolean, $6::bigint, ${textArray("$7")})`,
      values,
    ),
  );
  return { name };
}

/** Changes what the body names; null takes a limit away. */
export async function updateBucket({ records }: StorageParts, asker: Asker, id: string, body: Body) {
  const limit = parseSizeLimit(body.file_size_limit);
  const types = parseMimeTypes(body.allowed_mime_types);
  const values = [
    id,
    typeof body.public === "boolean" ? body.public : null,
    limit !== undefined,
    limit ?? null,
    types !== undefined,
    json(types),
  ];
  await records.asCaller(asker, async (tx) => {
    const { rows } = await tx.query(
      `update storage.buckets set public = coalesce($2::boolean, public),
         file_size_limit = case when $3::boolean then $4::bigint else file_size_limit end,
         allowed_mime_types = case when $5::boolean then ${textArray("$6")} else allowed_mime_types end,
         updated_at = now()
       where id = $1 returning id`,
      values,
    );
    if (rows.length === 0) throw noSuchBucket();
  });
  return { message: "Successfully updated" };
}

export async function emptyBucket({ records, files }: StorageParts, asker: Asker, id: string) {
  const gone = await records.asCaller(asker, async (tx) => {
    await mustSee(tx, id);
    const { rows } = await tx.query<{ version: string | null }>(
      "delete from storage.objects where bucket_id = $1 returning version",
      [id],
    );
    return rows;
  });
  await files.remove(gone.map(({ version }) => version));
  return { message: "Empty bucket has been queued. Completion may take up to an hour." };
}

export async function deleteBucket({ records }: StorageParts, asker: Asker, id: string) {
  if (!(await records.findBucket(id))) throw noSuchBucket();
  if (await records.holdsObjects(id)) throw bucketNotEmpty();
  await records.asCaller(asker, async (tx) => {
    const { rows } = await tx.query("delete from storage.buckets where id = $1 returning id", [id]);
    if (rows.length === 0) throw noSuchBucket();
  });
  return { message: "Successfully deleted" };
}
