/** What an upload brings: a file in a form (as browsers send a Blob) or as the whole body. */
import {
  invalidBucketName,
  invalidKey,
  invalidMimeType,
  malformed,
  noContent,
  tooLarge,
} from "./storage-errors.ts";

export interface Upload {
  readonly bytes: Uint8Array;
  readonly mimetype: string;
  readonly cacheControl: string;
  readonly contentEncoding: string | null;
  readonly userMetadata: Record<string, unknown> | null;
}

/** Of a whole project, as `storage.file_size_limit` of the command line's config. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024;

const KEY = /^[\w/!\-.*'() &$@=;:+,?]+$/;
const BUCKET = /^[\w!\-.*'() &$@=;:+,?]+$/;
const MAX_KEY_BYTES = 1024;

export function checkKey(key: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY_BYTES) throw invalidKey(key);
}

export function checkBucketName(name: unknown): asserts name is string {
  if (typeof name !== "string" || !BUCKET.test(name)) throw invalidBucketName();
}

export async function readUpload(request: Request): Promise<Upload> {
  const type = request.headers.get("content-type") ?? "application/octet-stream";
  return type.startsWith("multipart/form-data") ? readForm(request) : readBody(request, type);
}

async function readForm(request: Request): Promise<Upload> {
  const form = await request.formData().catch(() => null);
  const file = form && [...form.values()].find((value) => typeof value !== "string");
  if (!form || !file || typeof file === "string") throw noContent();
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const seconds = text("cacheControl");
  return {
    bytes: new Uint8Array(await file.arrayBuffer()),
    mimetype: text("contentType") ?? (file.type || "application/octet-stream"),
    cacheControl: seconds ? `max-age=${seconds}` : "no-cache",
    contentEncoding: text("contentEncoding"),
    userMetadata: parseMetadata(text("metadata") ?? text("userMetadata")),
  };
}

async function readBody(request: Request, mimetype: string): Promise<Upload> {
  const { headers } = request;
  const metadata = headers.get("x-metadata");
  return {
    bytes: new Uint8Array(await request.arrayBuffer()),
    mimetype,
    cacheControl: headers.get("cache-control") ?? "no-cache",
    contentEncoding: headers.get("content-encoding"),
    userMetadata: parseMetadata(metadata && Buffer.from(metadata, "base64").toString("utf8")),
  };
}

/** What is no JSON object is left out, as hosted Storage does. */
function parseMetadata(text: string | null): Record<string, unknown> | null {
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** An allowed type is compared as a whole, parameters too; `image/*` allows every image. */
export function checkMimeType(mimetype: string, allowed: readonly string[] | null): void {
  if (!allowed || allowed.length === 0) return;
  const [kind, detail] = mimetype.split("/");
  const fits = allowed.some((one) => {
    const [allowedKind, allowedDetail] = one.split("/");
    return one === "*" || (allowedKind === kind && (allowedDetail === "*" || allowedDetail === detail));
  });
  if (detail === undefined || !fits) throw invalidMimeType(mimetype);
}

export function checkSize(name: string, size: number, bucketLimit: number | null): void {
  // The placeholder of an empty folder is empty.
  const limit = name.endsWith(".emptyFolderPlaceholder")
    ? 0
    : Math.min(bucketLimit ?? MAX_FILE_BYTES, MAX_FILE_BYTES);
  if (size > limit) throw tooLarge();
}

/** A bucket's limit in bytes from a number or "20MB" (of 1,000); undefined stays, null takes the limit away. */
export function parseSizeLimit(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return value;
  const factors: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };
  const parts = typeof value === "string" ? /^(\d+(?:\.\d+)?)(gb|mb|kb|b)$/i.exec(value) : null;
  const bytes = parts ? Number(parts[1]) * (factors[parts[2]?.toLowerCase() ?? ""] ?? 1) : value;
  if (typeof bytes !== "number" || !Number.isInteger(bytes) || bytes < 0) {
    throw malformed("Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B");
  }
  if (bytes > MAX_FILE_BYTES) throw tooLarge();
  return bytes;
}

export function parseMimeTypes(value: unknown): readonly string[] | null | undefined {
  if (value === undefined || value === null) return value;
  if (!Array.isArray(value)) throw malformed("body/allowed_mime_types must be array");
  for (const one of value) {
    const fits =
      typeof one === "string" &&
      one.length <= 1000 &&
      /^(\*|[a-z0-9\-+.]+\/([a-z0-9\-+.]+(;\s*charset=[a-z0-9-]+)?|\*))$/i.test(one);
    if (!fits) throw invalidMimeType(String(one));
  }
  return value;
}
