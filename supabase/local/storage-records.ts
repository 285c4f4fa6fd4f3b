/**
 * Storage's rows. What a person asks for is done as that person, so that the policies on storage.objects and
 * storage.buckets decide; what hosted Storage does for itself (looking a bucket up, noting size and type of
 * a file that was let in) is done as the owner of the tables.
 */
import type { Database, Session } from "./database.ts";
import type { Caller } from "./services.ts";
import { ownerOf } from "./storage-caller.ts";
import { noSuchKey } from "./storage-errors.ts";

export interface Bucket {
  readonly id: string;
  readonly public: boolean;
  readonly fileSizeLimit: number | null;
  readonly allowedMimeTypes: readonly string[] | null;
}

/** A row as the API shows it; times are ISO 8601 with milliseconds and Z. */
export interface ObjectRow {
  readonly id: string;
  readonly bucket_id: string;
  readonly name: string;
  readonly version: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly user_metadata: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Place {
  readonly bucketId: string;
  readonly name: string;
}

export interface Asker {
  readonly caller: Caller;
  /** The route, as policies read it from storage.operation(). */
  readonly operation: string;
}

export const time = (column: string) =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column.split(".").at(-1)}`;

const COLUMNS = [
  "id, bucket_id, name, owner, owner_id, version, metadata, user_metadata",
  ...["created_at", "updated_at", "last_accessed_at"].map((column) => time(`objects.${column}`)),
].join(", ");

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const uuidOrNull = (text: string | null) => (text && UUID.test(text) ? text : null);

/** Until the end of the transaction, or until `standBack`, the session is the caller. */
export async function actAs(tx: Session, { caller, operation }: Asker): Promise<void> {
  await tx.query(
    `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
       set_config('request.jwt.claim.sub', $3, true), set_config('storage.operation', $4, true),
       set_config('storage.allow_delete_query', 'true', true)`,
    [caller.role, JSON.stringify(caller.claims), ownerOf(caller) ?? "", operation],
  );
}

async function standBack(tx: Session): Promise<void> {
  await tx.query("select set_config('role', 'none', true)");
}

class Undo extends Error {}

export interface Records {
  /** Runs as the asker, in one transaction. */
  asCaller<T>(asker: Asker, work: (tx: Session) => Promise<T>): Promise<T>;
  findBucket(id: string): Promise<Bucket | null>;
  /** What the asker may see of it, or as Storage itself without one. */
  findObject(place: Place, asker: Asker | null): Promise<ObjectRow | null>;
  /** Throws what the policies say when the asker may not put an object there. Nothing is written. */
  tryToPut(asker: Asker, place: Place, upsert: boolean): Promise<void>;
  /** Writes the row of a file that is on disk; resolves to its id and to the version it replaces. */
  put(
    asker: Asker,
    place: Place,
    upsert: boolean,
    file: FileFacts,
  ): Promise<{ id: string; replaced: string | null }>;
  move(
    asker: Asker,
    from: Place,
    to: Place,
    copyFile: CopyFile,
  ): Promise<{ id: string; replaced: string | null }>;
  /** Removes what the asker may remove of it. */
  remove(asker: Asker, bucketId: string, names: readonly string[]): Promise<ObjectRow[]>;
  holdsObjects(bucketId: string): Promise<boolean>;
  /** Of every object there is. */
  versions(): Promise<ReadonlySet<string>>;
}

export interface FileFacts {
  readonly version: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>> | null;
}

/** Gives the file of a version a second one; null when there is none. */
export type CopyFile = (version: string | null) => Promise<string | null>;

async function putAs(
  tx: Session,
  asker: Asker,
  place: Place,
  upsert: boolean,
  version: string,
): Promise<void> {
  const owner = ownerOf(asker.caller);
  await actAs(tx, asker);
  await tx.query(
    `insert into storage.objects (bucket_id, name, owner, owner_id, version) values ($1, $2, $3::uuid, $4, $5)
     ${upsert ? "on conflict (bucket_id, name) do update set version = excluded.version, owner = excluded.owner, owner_id = excluded.owner_id" : ""}`,
    [place.bucketId, place.name, uuidOrNull(owner), owner, version],
  );
}

export function createRecords(database: Database): Records {
  const asCaller: Records["asCaller"] = (asker, work) =>
    database.transaction(async (tx) => {
      await actAs(tx, asker);
      return work(tx);
    });
  return {
    asCaller,
    findBucket: (id) => findBucket(database, id),
    findObject: (place, asker) =>
      asker ? asCaller(asker, (tx) => findObject(tx, place)) : findObject(database, place),
    tryToPut: (asker, place, upsert) => tryToPut(database, asker, place, upsert),
    put: (asker, place, upsert, file) =>
      database.transaction((tx) => putWith(tx, asker, place, upsert, file)),
    move: (asker, from, to, copyFile) => asCaller(asker, (tx) => moveAs(tx, asker, from, to, copyFile)),
    remove: (asker, bucketId, names) => asCaller(asker, (tx) => removeAll(tx, bucketId, names)),
    async holdsObjects(bucketId) {
      const sql = "select 1 from storage.objects where bucket_id = $1 limit 1";
      return (await database.query(sql, [bucketId])).rows.length > 0;
    },
    async versions() {
      const sql = "select version from storage.objects where version is not null";
      const { rows } = await database.query<{ version: string }>(sql);
      return new Set(rows.map(({ version }) => version));
    },
  };
}

async function findBucket(database: Database, id: string): Promise<Bucket | null> {
  const { rows } = await database.query<Bucket>(
    `select id, public, file_size_limit as "fileSizeLimit", to_jsonb(allowed_mime_types) as "allowedMimeTypes"
     from storage.buckets where id = $1`,
    [id],
  );
  const bucket = rows[0];
  if (!bucket) return null;
  return { ...bucket, fileSizeLimit: bucket.fileSizeLimit === null ? null : Number(bucket.fileSizeLimit) };
}

async function findObject(session: Session, { bucketId, name }: Place): Promise<ObjectRow | null> {
  const sql = `select ${COLUMNS} from storage.objects where bucket_id = $1 and name = $2`;
  return (await session.query<ObjectRow>(sql, [bucketId, name])).rows[0] ?? null;
}

async function tryToPut(database: Database, asker: Asker, place: Place, upsert: boolean): Promise<void> {
  const work = async (tx: Session) => {
    await putAs(tx, asker, place, upsert, "1");
    throw new Undo();
  };
  await database.transaction(work).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
}

async function putWith(tx: Session, asker: Asker, place: Place, upsert: boolean, file: FileFacts) {
  const { rows } = await tx.query<{ version: string | null }>(
    "select version from storage.objects where bucket_id = $1 and name = $2 for update",
    [place.bucketId, place.name],
  );
  await putAs(tx, asker, place, upsert, file.version);
  await standBack(tx);
  const written = await tx.query<{ id: string }>(
    `update storage.objects set metadata = $3::text::jsonb, user_metadata = $4::text::jsonb
     where bucket_id = $1 and name = $2 and version = $5 returning id`,
    [
      place.bucketId,
      place.name,
      JSON.stringify(file.metadata),
      file.userMetadata && JSON.stringify(file.userMetadata),
      file.version,
    ],
  );
  const id = written.rows[0]?.id;
  if (!id) throw new Error("The row of an upload was not written.");
  return { id, replaced: rows[0]?.version ?? null };
}

async function removeAll(tx: Session, bucketId: string, names: readonly string[]): Promise<ObjectRow[]> {
  const { rows } = await tx.query<ObjectRow>(
    `delete from storage.objects where bucket_id = $1
       and name in (select jsonb_array_elements_text($2::text::jsonb)) returning ${COLUMNS}`,
    [bucketId, JSON.stringify(names)],
  );
  return rows;
}

async function moveAs(tx: Session, { caller }: Asker, from: Place, to: Place, copyFile: CopyFile) {
  const seen = await tx.query<{ version: string | null }>(
    "select version from storage.objects where bucket_id = $1 and name = $2",
    [from.bucketId, from.name],
  );
  const source = seen.rows[0];
  if (!source) throw noSuchKey();
  const version = await copyFile(source.version);
  if (!version) throw noSuchKey();
  const owner = ownerOf(caller);
  const { rows } = await tx.query<{ id: string }>(
    `update storage.objects set bucket_id = $3, name = $4, version = $5, owner = $6::uuid, owner_id = $7
     where bucket_id = $1 and name = $2 returning id`,
    [from.bucketId, from.name, to.bucketId, to.name, version, uuidOrNull(owner), owner],
  );
  const id = rows[0]?.id;
  if (!id) throw noSuchKey();
  return { id, replaced: source.version };
}
