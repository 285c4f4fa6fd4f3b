/** What the routes below /object do. */
import { createHash } from "node:crypto";
import type { Caller } from "./services.ts";
import { ownerOf } from "./storage-caller.ts";
import { malformed, noSuchBucket, noSuchKey } from "./storage-errors.ts";
import type { FileStore } from "./storage-files.ts";
import type { Asker, ObjectRow, Place, Records } from "./storage-records.ts";
import { answerInfo, headersOf, serveFile } from "./storage-serve.ts";
import type { UrlSigner } from "./storage-sign.ts";
import { checkKey, checkMimeType, checkSize, readUpload, type Upload } from "./storage-upload.ts";

export interface StorageParts {
  readonly records: Records;
  readonly files: FileStore;
  readonly signer: UrlSigner;
}

/** Seconds in which a signed upload URL may be used, as on hosted projects. */
const UPLOAD_SECONDS = 7200;

const pathOf = ({ bucketId, name }: Place) => `${bucketId}/${name}`;

function factsOf(upload: Upload, modified: Date): Record<string, unknown> {
  return {
    eTag: `"${createHash("md5").update(upload.bytes).digest("hex")}"`,
    size: upload.bytes.byteLength,
    mimetype: upload.mimetype,
    cacheControl: upload.cacheControl,
    lastModified: modified.toISOString(),
    contentLength: upload.bytes.byteLength,
    httpStatusCode: 200,
    ...(upload.contentEncoding ? { contentEncoding: upload.contentEncoding } : {}),
  };
}

/** Puts the request's file there. Type, then the policies, then the size decide, as hosted Storage orders them. */
export async function upload(
  { records, files }: StorageParts,
  asker: Asker,
  place: Place,
  upsert: boolean,
  request: Request,
): Promise<{ Id: string; Key: string }> {
  checkKey(place.name);
  const bucket = await records.findBucket(place.bucketId);
  if (!bucket) throw noSuchBucket();
  const file = await readUpload(request);
  if (!place.name.endsWith(".emptyFolderPlaceholder")) checkMimeType(file.mimetype, bucket.allowedMimeTypes);
  await records.tryToPut(asker, place, upsert);
  checkSize(place.name, file.bytes.byteLength, bucket.fileSizeLimit);
  const version = await files.write(file.bytes);
  const facts = { version, metadata: factsOf(file, new Date()), userMetadata: file.userMetadata };
  const id = await keep({ records, files }, asker, place, upsert, facts);
  return { Id: id, Key: pathOf(place) };
}

/** The row after its file; without the row the file goes again. */
async function keep(
  { records, files }: Pick<StorageParts, "records" | "files">,
  asker: Asker,
  place: Place,
  upsert: boolean,
  file: Parameters<Records["put"]>[3],
): Promise<string> {
  const { id, replaced } = await records.put(asker, place, upsert, file).catch(async (error: unknown) => {
    await files.remove([file.version]);
    throw error;
  });
  await files.remove([replaced]);
  return id;
}

async function mustFind(records: Records, place: Place, asker: Asker | null): Promise<ObjectRow> {
  checkKey(place.name);
  const row = await records.findObject(place, asker);
  if (!row) throw noSuchKey();
  return row;
}

export interface Reading {
  readonly asker: Asker;
  /** Nobody known asks: a private bucket is then none at all. */
  readonly unknown: boolean;
  /** The route of public buckets, which asks no policy. */
  readonly publicOnly: boolean;
  readonly request: Request;
  readonly info: boolean;
}

/** GET, HEAD and `info`. Of a public bucket everybody reads everything; else the policies decide. */
export async function read(
  { records, files }: StorageParts,
  place: Place,
  reading: Reading,
): Promise<Response> {
  const bucket = await records.findBucket(place.bucketId);
  if (!bucket || (!bucket.public && (reading.publicOnly || reading.unknown))) throw noSuchBucket();
  const asker = bucket.public ? null : reading.asker;
  const row = await mustFind(records, place, asker);
  if (reading.info) return answerInfo(row);
  if (reading.request.method === "HEAD") {
    const headers = headersOf(row);
    headers.set("content-length", String(row.metadata?.size ?? 0));
    return new Response(null, { headers });
  }
  const again = () => records.findObject(place, asker);
  return serveFile({ files, request: reading.request, again }, row);
}

export async function readSigned(parts: StorageParts, place: Place, request: Request): Promise<Response> {
  const token = tokenOf(request);
  const { exp } = parts.signer.verify(token, pathOf(place), "download");
  const row = await mustFind(parts.records, place, null);
  const again = () => parts.records.findObject(place, null);
  return serveFile({ files: parts.files, request, again, expires: exp }, row);
}

function tokenOf(request: Request): string {
  const token = new URL(request.url).searchParams.get("token");
  if (token === null) throw malformed("querystring must have required property 'token'");
  return token;
}

export function secondsOf(body: Record<string, unknown>): number {
  const { expiresIn } = body;
  if (expiresIn === undefined) throw malformed("body must have required property 'expiresIn'");
  if (typeof expiresIn !== "number" || !Number.isInteger(expiresIn)) {
    throw malformed("body/expiresIn must be integer");
  }
  if (expiresIn < 1) throw malformed("body/expiresIn must be >= 1");
  return expiresIn;
}

function signedPath(signer: UrlSigner, place: Place, seconds: number): string {
  const url = pathOf(place);
  return `/object/sign/${url}?token=${signer.sign({ url, use: "download" }, seconds)}`;
}

export async function sign(
  parts: StorageParts,
  asker: Asker,
  place: Place,
  seconds: number,
): Promise<string> {
  await mustFind(parts.records, place, asker);
  return signedPath(parts.signer, place, seconds);
}

/** One answer for each path; a path that the asker may not read has an error instead of a URL. */
export async function signMany(
  { records, signer }: StorageParts,
  asker: Asker,
  bucketId: string,
  paths: readonly string[],
  seconds: number,
): Promise<{ error: string | null; path: string; signedURL: string | null }[]> {
  const seen = await records.asCaller(asker, async (tx) => {
    const { rows } = await tx.query<{ name: string }>(
      `select name from storage.objects where bucket_id = $1
         and name in (select jsonb_array_elements_text($2::text::jsonb))`,
      [bucketId, JSON.stringify(paths)],
    );
    return new Set(rows.map(({ name }) => name));
  });
  return paths.map((path) =>
    seen.has(path)
      ? { error: null, path, signedURL: signedPath(signer, { bucketId, name: path }, seconds) }
      : {
          error: "Either the object does not exist or you do not have access to it",
          path,
          signedURL: null,
        },
  );
}

export async function signUpload(
  { records, signer }: StorageParts,
  asker: Asker,
  place: Place,
  upsert: boolean,
): Promise<{ url: string; token: string }> {
  checkKey(place.name);
  await records.tryToPut(asker, place, upsert);
  const url = pathOf(place);
  const owner = ownerOf(asker.caller);
  const token = signer.sign({ url, use: "upload", upsert, ...(owner ? { owner } : {}) }, UPLOAD_SECONDS);
  return { url: `/object/upload/sign/${url}?token=${token}`, token };
}

/** The policies were asked when the URL was signed; now it writes as Storage itself, for that owner. */
export async function uploadSigned(
  parts: StorageParts,
  place: Place,
  request: Request,
): Promise<{ Key: string }> {
  const signed = parts.signer.verify(tokenOf(request), pathOf(place), "upload");
  const caller: Caller = {
    role: "service_role",
    claims: { role: "service_role", ...(signed.owner ? { sub: signed.owner } : {}) },
    key: null,
  };
  const asker = { caller, operation: "storage.object.upload_signed" };
  const { Key } = await upload(parts, asker, place, signed.upsert === true, request);
  return { Key };
}

export async function move(parts: StorageParts, asker: Asker, from: Place, to: Place) {
  checkKey(to.name);
  const fresh: (string | null)[] = [];
  const copyFile = async (version: string | null) => {
    const copy = version && (await parts.files.copy(version));
    if (copy) fresh.push(copy);
    return copy;
  };
  const { id, replaced } = await parts.records
    .move(asker, from, to, copyFile)
    .catch(async (error: unknown) => {
      await parts.files.remove(fresh);
      throw error;
    });
  await parts.files.remove([replaced]);
  return { message: "Successfully moved", Id: id, Key: pathOf(to) };
}

export interface CopyOptions {
  readonly upsert: boolean;
  /** False: `userMetadata` and the given facts take the place of the source's. */
  readonly keepMetadata: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export async function copy(parts: StorageParts, asker: Asker, from: Place, to: Place, options: CopyOptions) {
  checkKey(to.name);
  const source = await mustFind(parts.records, from, asker);
  await parts.records.tryToPut(asker, to, options.upsert);
  const version = source.version && (await parts.files.copy(source.version));
  if (!version) throw noSuchKey();
  const metadata = {
    ...source.metadata,
    ...(options.keepMetadata ? {} : options.metadata),
    lastModified: new Date().toISOString(),
  };
  const userMetadata = options.keepMetadata ? source.user_metadata : null;
  const id = await keep(parts, asker, to, options.upsert, { version, metadata, userMetadata });
  return { Id: id, Key: pathOf(to), name: to.name, bucket_id: to.bucketId, metadata, version };
}

/** Removes the rows, then their files; what the asker may not remove is not in the answer. */
export async function remove(
  { records, files }: StorageParts,
  asker: Asker,
  bucketId: string,
  names: readonly string[],
): Promise<ObjectRow[]> {
  const removed = await records.remove(asker, bucketId, names);
  await files.remove(removed.map(({ version }) => version));
  return removed;
}
