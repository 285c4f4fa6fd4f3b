/** How a stored file goes out: ranges, conditions, names for downloading, and what browsers may do with it. */
import type { ReadStream } from "node:fs";
import { Readable } from "node:stream";
import { invalidRange, noSuchFile } from "./storage-errors.ts";
import type { FileStore } from "./storage-files.ts";
import type { ObjectRow } from "./storage-records.ts";

export interface Serving {
  readonly files: FileStore;
  readonly request: Request;
  /** Reads the row anew, for when its file was replaced meanwhile. */
  again(): Promise<ObjectRow | null>;
  /** Of a signed URL: when it ends, seconds since 1970. */
  readonly expires?: number;
}

const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);

/** The facts that HEAD, GET and `info` say alike. */
export function headersOf(row: ObjectRow): Headers {
  const metadata = row.metadata ?? {};
  const type = text(metadata.mimetype, "application/octet-stream");
  const headers = new Headers({
    "accept-ranges": "bytes",
    // Never a page of the project's own address.
    "content-type": type.includes("text/html") ? "text/plain" : type,
    "x-content-type-options": "nosniff",
    etag: text(metadata.eTag, ""),
    "last-modified": new Date(text(metadata.lastModified, row.updated_at)).toUTCString(),
    "cache-control": text(metadata.cacheControl, "no-cache"),
  });
  if (typeof metadata.contentEncoding === "string") headers.set("content-encoding", metadata.contentEncoding);
  return headers;
}

export async function serveFile(serving: Serving, row: ObjectRow): Promise<Response> {
  const found = (await openRow(serving, row)) ?? (await reopen(serving));
  if (!found) throw noSuchFile();
  const { handle, shown } = found;
  const headers = headersOf(shown);
  decorate(headers, serving);
  if (isUnchanged(serving.request, headers)) {
    await handle.close();
    return new Response(null, { status: 304, headers });
  }
  const { size } = await handle.stat();
  const range = rangeOf(serving.request, size);
  if (range === "unsatisfiable") {
    await handle.close();
    throw invalidRange();
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.set("content-length", String(end - start + 1));
  if (range) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  if (size === 0 || serving.request.method === "HEAD") {
    await handle.close();
    return new Response(null, { status: 200, headers });
  }
  return new Response(bodyOf(handle.createReadStream({ start, end })), {
    status: range ? 206 : 200,
    headers,
  });
}

const bodyOf = (stream: ReadStream) => Readable.toWeb(stream) as ReadableStream<Uint8Array>;

async function openRow(serving: Serving, row: ObjectRow) {
  const handle = row.version ? await serving.files.open(row.version) : null;
  return handle && { handle, shown: row };
}

async function reopen(serving: Serving) {
  const row = await serving.again();
  return row && openRow(serving, row);
}

function decorate(headers: Headers, { request, expires }: Serving): void {
  if (expires !== undefined) {
    headers.delete("cache-control");
    headers.set("expires", new Date(expires * 1000).toUTCString());
  }
  const name = new URL(request.url).searchParams.get("download");
  if (name === null) return;
  const encoded = encodeURIComponent(name);
  headers.set(
    "content-disposition",
    name === "" ? "attachment;" : `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`,
  );
}

function isUnchanged(request: Request, headers: Headers): boolean {
  const tags = request.headers.get("if-none-match");
  if (tags !== null) return tags.split(",").some((tag) => tag.trim() === headers.get("etag"));
  const since = Date.parse(request.headers.get("if-modified-since") ?? "");
  return since >= Date.parse(headers.get("last-modified") ?? "");
}

/** One range is served; several, or something else, are as if none was asked for. */
function rangeOf(request: Request, size: number): { start: number; end: number } | "unsatisfiable" | null {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (first === "" && last === "") return null;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? "unsatisfiable" : { start, end };
}

export function answerInfo(row: ObjectRow): Response {
  const metadata = row.metadata ?? {};
  return Response.json({
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata.size ?? null,
    content_type: metadata.mimetype ?? null,
    cache_control: metadata.cacheControl ?? null,
    etag: metadata.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: row.updated_at,
    created_at: row.created_at,
  });
}
