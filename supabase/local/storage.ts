/**
 * Storage: the HTTP API of hosted Storage as @supabase/storage-js calls it, files on disk below the data folder,
 * row security on storage.objects and storage.buckets deciding. lite has a Storage, too, but with the
 * client of today seven of its twenty methods fail (the README says which).
 */
import { join } from "node:path";
import type { Database } from "./database.ts";
import { identify } from "./identity.ts";
import type { Service, ServiceContext } from "./services.ts";
import {
  createBucket,
  deleteBucket,
  emptyBucket,
  getBucket,
  listBuckets,
  updateBucket,
} from "./storage-buckets.ts";
import { type StorageCaller, whoAsks } from "./storage-caller.ts";
import { malformed, noSuchKey, notEnabled, toErrorResponse } from "./storage-errors.ts";
import { openFileStore } from "./storage-files.ts";
import { list, listV2 } from "./storage-list.ts";
import {
  copy,
  move,
  read,
  readSigned,
  remove,
  type StorageParts,
  secondsOf,
  sign,
  signMany,
  signUpload,
  upload,
  uploadSigned,
} from "./storage-objects.ts";
import { type Asker, createRecords, type Place } from "./storage-records.ts";
import { createUrlSigner } from "./storage-sign.ts";
import { createTokens } from "./tokens.ts";

const PREFIX = "/storage/v1";

interface Asked {
  readonly parts: StorageParts;
  readonly request: Request;
  readonly url: URL;
  readonly who: StorageCaller;
  /** The bucket and the name in the path, decoded; empty where the route has none. */
  readonly place: Place;
  /** The caller, for a route that insists on one; throws when nobody known asks. */
  as(operation: string): Asker;
  body(): Promise<Record<string, unknown>>;
}

type Answer = (asked: Asked) => Promise<unknown>;

const reading =
  (operation: string, more: { info?: boolean; publicOnly?: boolean; strict?: boolean } = {}): Answer =>
  async ({ parts, request, who, place, as }) => {
    if (more.strict) as(operation);
    return read(parts, place, {
      asker: { caller: who.caller, operation },
      unknown: who.flaw !== null,
      publicOnly: more.publicOnly === true,
      info: more.info === true,
      request,
    });
  };

const uploading =
  (operation: string, upserts: boolean): Answer =>
  ({ parts, request, place, as }) =>
    upload(parts, as(operation), place, upserts || wantsUpsert(request), request);

const wantsUpsert = (request: Request) => request.headers.get("x-upsert") === "true";

/** Method, path (`:` stands for a bucket, `*` for a name) and answer; the first that fits answers. */
const routes: readonly (readonly [method: string, path: string, Answer])[] = [
  ["GET", "/status", async () => new Response(null)],
  [
    "GET",
    "/bucket",
    async ({ parts, as, url }) => listBuckets(parts, as("storage.bucket.list"), url.searchParams),
  ],
  [
    "POST",
    "/bucket",
    async ({ parts, as, body }) => createBucket(parts, as("storage.bucket.create"), await body()),
  ],
  [
    "GET",
    "/bucket/:",
    async ({ parts, as, place }) => getBucket(parts, as("storage.bucket.get"), place.bucketId),
  ],
  [
    "PUT",
    "/bucket/:",
    async ({ parts, as, place, body }) =>
      updateBucket(parts, as("storage.bucket.update"), place.bucketId, await body()),
  ],
  [
    "DELETE",
    "/bucket/:",
    async ({ parts, as, place }) => deleteBucket(parts, as("storage.bucket.delete"), place.bucketId),
  ],
  [
    "POST",
    "/bucket/:/empty",
    async ({ parts, as, place }) => emptyBucket(parts, as("storage.bucket.empty"), place.bucketId),
  ],
  ["POST", "/object/move", async (asked) => moveOrCopy(asked, "move")],
  ["POST", "/object/copy", async (asked) => moveOrCopy(asked, "copy")],
  [
    "POST",
    "/object/list/:",
    async ({ parts, as, place, body }) =>
      list(parts.records, as("storage.object.list"), place.bucketId, await body()),
  ],
  [
    "POST",
    "/object/list-v2/:",
    async ({ parts, as, place, body }) =>
      listV2(parts.records, as("storage.object.list_v2"), place.bucketId, await body()),
  ],
  [
    "POST",
    "/object/sign/:/*",
    async ({ parts, as, place, body }) => {
      const asker = as("storage.object.sign");
      return { signedURL: await sign(parts, asker, place, secondsOf(await body())) };
    },
  ],
  ["POST", "/object/sign/:", async (asked) => signAll(asked)],
  ["GET", "/object/sign/:/*", async ({ parts, place, request }) => readSigned(parts, place, request)],
  [
    "POST",
    "/object/upload/sign/:/*",
    async ({ parts, as, place, request }) =>
      signUpload(parts, as("storage.object.sign_upload_url"), place, wantsUpsert(request)),
  ],
  [
    "PUT",
    "/object/upload/sign/:/*",
    async ({ parts, place, request }) => uploadSigned(parts, place, request),
  ],
  ["GET", "/object/info/public/:/*", reading("storage.object.info_public", { info: true, publicOnly: true })],
  [
    "GET",
    "/object/info/authenticated/:/*",
    reading("storage.object.info_authenticated", { info: true, strict: true }),
  ],
  ["GET", "/object/info/:/*", reading("storage.object.info_authenticated", { info: true })],
  ["GET", "/object/public/:/*", reading("storage.object.get_public", { publicOnly: true })],
  ["HEAD", "/object/public/:/*", reading("storage.object.info_public", { publicOnly: true })],
  ["GET", "/object/authenticated/:/*", reading("storage.object.get_authenticated", { strict: true })],
  ["HEAD", "/object/authenticated/:/*", reading("storage.object.info_authenticated", { strict: true })],
  ["GET", "/object/:/*", reading("storage.object.get_authenticated")],
  ["HEAD", "/object/:/*", reading("storage.object.info_authenticated")],
  ["POST", "/object/:/*", uploading("storage.object.upload", false)],
  ["PUT", "/object/:/*", uploading("storage.object.upload_update", true)],
  [
    "DELETE",
    "/object/:/*",
    async ({ parts, as, place }) => {
      const gone = await remove(parts, as("storage.object.delete"), place.bucketId, [place.name]);
      if (gone.length === 0) throw noSuchKey();
      return { message: "Successfully deleted" };
    },
  ],
  ["DELETE", "/object/:", async (asked) => removeMany(asked)],
  // What a plan without transformations, and without a purge of caches, answers.
  ...["/render/image/authenticated/:/*", "/render/image/public/:/*", "/render/image/sign/:/*"].map(
    (path) => ["GET", path, () => Promise.reject(notEnabled())] as const,
  ),
  ["DELETE", "/cdn/:/*", () => Promise.reject(notEnabled())],
];

const table = routes.map(([method, path, answer]) => {
  const pattern = path.replace("/:", "/(?<bucket>[^/]+)").replace("/*", "/(?<name>.+)");
  return { method, pattern: new RegExp(`^${pattern}/?$`), answer };
});

async function moveOrCopy({ parts, as, request, body }: Asked, what: "move" | "copy") {
  const asker = as(`storage.object.${what}`);
  const { bucketId, sourceKey, destinationKey, destinationBucket, ...more } = await body();
  for (const [name, value] of Object.entries({ bucketId, sourceKey, destinationKey })) {
    if (typeof value !== "string") throw malformed(`body must have required property '${name}'`);
  }
  const from = { bucketId: String(bucketId), name: String(sourceKey) };
  const to = {
    bucketId: typeof destinationBucket === "string" ? destinationBucket : from.bucketId,
    name: String(destinationKey),
  };
  if (what === "move") return move(parts, asker, from, to);
  const metadata = typeof more.metadata === "object" && more.metadata ? { ...more.metadata } : {};
  const options = { upsert: wantsUpsert(request), keepMetadata: more.copyMetadata !== false, metadata };
  return copy(parts, asker, from, to, options);
}

function textsOf(body: Record<string, unknown>, name: string): string[] {
  const value = body[name];
  if (value === undefined) throw malformed(`body must have required property '${name}'`);
  if (!Array.isArray(value)) throw malformed(`body/${name} must be array`);
  if (value.length === 0) throw malformed(`body/${name} must NOT have fewer than 1 items`);
  const texts = value.filter((one): one is string => typeof one === "string");
  if (texts.length < value.length) throw malformed(`body/${name} must hold strings`);
  return texts;
}

async function signAll({ parts, as, place, body }: Asked) {
  const asker = as("storage.object.sign_many");
  const wanted = await body();
  return signMany(parts, asker, place.bucketId, textsOf(wanted, "paths"), secondsOf(wanted));
}

async function removeMany({ parts, as, place, body }: Asked) {
  const asker = as("storage.object.delete_many");
  return remove(parts, asker, place.bucketId, textsOf(await body(), "prefixes"));
}

async function readJson(request: Request): Promise<Record<string, unknown>> {
  const value: unknown = await request.json().catch(() => null);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("body must be object");
  }
  return value as Record<string, unknown>;
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch (cause) {
    throw Object.assign(malformed("The path is not encoded as a URL."), { cause });
  }
}

async function answer(parts: StorageParts, request: Request, who: StorageCaller): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(PREFIX.length);
  for (const { method, pattern, answer } of table) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (!match) continue;
    const place = { bucketId: decode(match.groups?.bucket), name: decode(match.groups?.name) };
    const as = (operation: string) => {
      if (who.flaw) throw who.flaw;
      return { caller: who.caller, operation };
    };
    const value = await answer({ parts, request, url, who, place, as, body: () => readJson(request) });
    return value instanceof Response ? value : Response.json(value);
  }
  const message = `Route ${request.method}:${path} not found`;
  return Response.json({ message, error: "Not Found", statusCode: 404 }, { status: 404 });
}

/** The files of one database, which another database on the same data folder leaves alone. */
async function folderOf(database: Database, dataFolder: string): Promise<string> {
  const { rows } = await database.query<{ mark: string }>(
    `select (select system_identifier from pg_control_system()) || '-' || oid as mark
     from pg_database where datname = current_database()`,
  );
  const mark = rows[0]?.mark;
  if (!mark) throw new Error("The database does not say which one it is.");
  return join(dataFolder, "storage", mark);
}

export async function startStorage(context: ServiceContext): Promise<Service> {
  const { database, dataFolder, keys } = context;
  const records = createRecords(database);
  const files = await openFileStore(await folderOf(database, dataFolder));
  await files.sweep(await records.versions());
  const parts: StorageParts = { records, files, signer: createUrlSigner(keys) };
  const tokens = createTokens(keys);
  return {
    prefix: PREFIX,
    open: "always",
    async fetch(request) {
      const found = identify(keys, tokens, request);
      // Only this one is the gateway's own: the secret key in a browser.
      if ("refusal" in found && found.refusal.headers.get("sb-error-code")?.endsWith("KEY_TYPE")) {
        return found.refusal;
      }
      try {
        return await answer(parts, request, whoAsks(keys, context.verifyToken, request));
      } catch (error) {
        return toErrorResponse(error);
      }
    },
    stop: async () => undefined,
  };
}
