/**
 * One request of pg_net, sent as libcurl sends it there: redirects are followed, response headers keep their
 * spelling, and what goes wrong has libcurl's words (those of its version 8).
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

export interface NetRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: Buffer | null;
  readonly timeoutMs: number;
}

export interface NetOutcome {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null when the body is empty. */
  readonly content?: string | null;
  readonly timedOut: boolean;
  readonly error?: string;
}

/** Milliseconds from the beginning; null is not reached yet. */
interface Clock {
  readonly begun: number;
  lookedUp: number | null;
  connected: number | null;
  sent: number | null;
}

const USER_AGENT = "pg_net/0.19.5";
const MAX_REDIRECTS = 30;
const SWITCHES_TO_GET = new Set([301, 302, 303]);
/** What is for one host only. */
const PRIVATE_HEADERS = new Set(["authorization", "cookie"]);

class NetError extends Error {}

/** Never rejects. `stopping` ends it early. */
export async function perform(request: NetRequest, stopping: AbortSignal): Promise<NetOutcome> {
  const clock: Clock = { begun: performance.now(), lookedUp: null, connected: null, sent: null };
  const rejected = rejectionOf(request);
  if (rejected) return { timedOut: false, error: rejected };
  // As with libcurl, 0 means to wait for ever.
  const timeout = request.timeoutMs > 0 ? AbortSignal.timeout(request.timeoutMs) : null;
  const signal = timeout ? AbortSignal.any([timeout, stopping]) : stopping;
  try {
    return await follow(request, clock, signal);
  } catch (error) {
    if (timeout?.aborted) return { timedOut: true, error: timeoutMessage(request.timeoutMs, clock) };
    return { timedOut: false, error: wordsOf(error) };
  }
}

/** A line break in a header would begin another one. */
function rejectionOf({ headers }: NetRequest): string | null {
  const bad = Object.entries(headers ?? {}).find((pair) => /[\r\n]/.test(pair.join("")));
  return bad ? `header "${bad[0].split(/[\r\n:]/)[0]}" contains a carriage return or line feed` : null;
}

async function follow(request: NetRequest, clock: Clock, signal: AbortSignal): Promise<NetOutcome> {
  let next: NetRequest = request;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await send(next, clock, signal);
    const { statusCode: status = 0 } = response;
    const { location } = response.headers;
    if (status < 300 || status > 399 || !location) return read(response);
    response.resume();
    next = redirect(next, location, status);
  }
  throw new NetError("Number of redirects hit maximum amount");
}

/** A POST becomes a GET, and a DELETE stays one; both lose their body, unless the status asks to keep it. */
function redirect(from: NetRequest, location: string, status: number): NetRequest {
  const url = new URL(location, from.url);
  const isSameHost = url.origin === new URL(from.url).origin;
  const kept = Object.entries(from.headers ?? {}).filter(
    ([name]) => isSameHost || !PRIVATE_HEADERS.has(name.toLowerCase()),
  );
  const drops = SWITCHES_TO_GET.has(status);
  return {
    ...from,
    url: url.href,
    headers: Object.fromEntries(kept),
    method: drops && from.method.toUpperCase() === "POST" ? "GET" : from.method,
    body: drops ? null : from.body,
  };
}

function send(request: NetRequest, clock: Clock, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new NetError("Unsupported protocol");
  const ask = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = ask(url, {
      method: request.method.toUpperCase(),
      headers: headersOf(request),
      agent: false,
      signal,
    });
    watch(outgoing, clock);
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    outgoing.end(request.body ?? undefined);
  });
}

function headersOf({ headers, body, method }: NetRequest): Record<string, string> {
  const given = headers ?? {};
  const has = (name: string) => Object.keys(given).some((one) => one.toLowerCase() === name);
  const length = body?.byteLength ?? (method.toUpperCase() === "POST" ? 0 : null);
  return {
    ...(has("accept") ? {} : { Accept: "*/*" }),
    ...(body && !has("content-type") ? { "Content-Type": "application/x-www-form-urlencoded" } : {}),
    ...given,
    ...(headers === null || has("user-agent") ? {} : { "User-Agent": USER_AGENT }),
    ...(length === null ? {} : { "Content-Length": String(length) }),
  };
}

function watch(outgoing: ClientRequest, clock: Clock): void {
  const now = () => performance.now() - clock.begun;
  outgoing.once("socket", (socket: Socket) => {
    socket.once("lookup", () => {
      clock.lookedUp ??= now();
    });
    const connected = () => {
      clock.lookedUp ??= now();
      clock.connected = now();
      clock.sent = clock.connected;
    };
    socket.once("connect", connected);
    socket.once("secureConnect", connected);
  });
}

async function read(response: IncomingMessage): Promise<NetOutcome> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ABORT_ERR") throw error;
    throw new NetError("Transferred a partial file");
  }
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
    headers[response.rawHeaders[at] ?? ""] = response.rawHeaders[at + 1] ?? "";
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? null,
    headers,
    // libcurl's text ends at the first NUL, and Postgres' text holds none.
    content: Buffer.concat(parts).toString("utf8").split("\0")[0] || null,
    timedOut: false,
  };
}

/** Which step was reached, in milliseconds. */
function timeoutMessage(limit: number, { begun, lookedUp, connected, sent }: Clock): string {
  const total = performance.now() - begun;
  const dns = lookedUp ?? total;
  const handshake = lookedUp === null ? 0 : (connected ?? total) - lookedUp;
  const http = sent === null ? 0 : total - sent;
  const [all, ...steps] = [total, dns, handshake, http].map((ms) => `${ms.toFixed(6)} ms`);
  return (
    `Timeout of ${limit} ms reached. Total time: ${all} (DNS time: ${steps[0]}, ` +
    `TCP/SSL handshake time: ${steps[1]}, HTTP Request/Response time: ${steps[2]})`
  );
}

const NO_CONNECTION = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT"]);
const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT/;

function wordsOf(error: unknown): string {
  if (error instanceof NetError) return error.message;
  const { code = "", message = String(error) } = error as { code?: string; message?: string };
  if (NO_CONNECTION.has(code)) return "Could not connect to server";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "Could not resolve hostname";
  if (code.startsWith("HPE_")) return "Weird server reply";
  if (BAD_CERTIFICATE.test(code)) return "SSL peer certificate or SSH remote key was not OK";
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return "SSL connect error";
  if (code === "ECONNRESET" && message === "socket hang up") {
    return "Server returned nothing (no headers, no data)";
  }
  if (code === "ECONNRESET") return "Failure when receiving data from the peer";
  if (code === "ERR_INVALID_URL") return "URL using bad/illegal format or missing URL";
  return message;
}
