/** Hands a request on to a worker and its answer back, with the headers that hosted Supabase adds. */
import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";

/** The name that functions are asked by on hosted projects; the project's own is in SUPABASE_URL. */
const HOST = "edge-runtime.supabase.com";
const HOP_HEADERS = new Set([
  "host",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
]);

export class IdleTimeout extends Error {}

export interface Forwarding {
  readonly port: number;
  /** Of the worker. */
  readonly executionId: string;
  readonly idleMs: number;
  /** Where the function's own path begins: after `/functions/v1`. */
  readonly prefix: string;
  /** When the last of the answer is through, or there will be none. */
  onEnd(): void;
}

/**
 * Rejects with IdleTimeout when nothing comes for too long, else with what broke the connection. A connection of
 * its own for each request: a kept one could end just as it is used again.
 */
export function forward(request: Request, body: ArrayBuffer | null, to: Forwarding): Promise<Response> {
  const url = new URL(request.url);
  const requestId = request.headers.get("sb-request-id") ?? randomUUID();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port: to.port,
      path: url.pathname.slice(to.prefix.length) + url.search,
      method: request.method,
      headers: requestHeaders(request, requestId, body),
      agent: false,
    });
    const onIdle = () => outgoing.destroy(new IdleTimeout());
    let timer = setTimeout(onIdle, to.idleMs);
    const stillAlive = () => {
      clearTimeout(timer);
      timer = setTimeout(onIdle, to.idleMs);
    };
    outgoing.once("close", () => {
      clearTimeout(timer);
      to.onEnd();
    });
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => {
      stillAlive();
      incoming.on("data", stillAlive);
      incoming.pause();
      resolve(toResponse(incoming, request, requestId, to.executionId));
    });
    request.signal.addEventListener("abort", () => outgoing.destroy(), { once: true });
    outgoing.end(body ? Buffer.from(body) : undefined);
  });
}

function requestHeaders(request: Request, requestId: string, body: ArrayBuffer | null) {
  const given = [...request.headers].filter(([name]) => !HOP_HEADERS.has(name));
  const client = [request.headers.get("x-forwarded-for"), "127.0.0.1"].filter(Boolean).join(",");
  return {
    ...Object.fromEntries(given),
    host: HOST,
    "x-forwarded-for": client,
    "x-forwarded-host": HOST,
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
    "sb-request-id": requestId,
    ...(body ? { "content-length": body.byteLength } : {}),
  };
}

function toResponse(
  incoming: IncomingMessage,
  request: Request,
  requestId: string,
  executionId: string,
): Response {
  const status = incoming.statusCode ?? 500;
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = incoming.rawHeaders.slice(at, at + 2);
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.append(name, value);
  }
  headers.set("sb-request-id", requestId);
  headers.set("x-deno-execution-id", executionId);
  headers.set("x-sb-edge-region", request.headers.get("x-region") ?? "local");
  headers.set("x-served-by", "supabase-edge-runtime");
  if (status >= 500) markError(headers);
  if (request.method === "GET") refuseHtml(headers);
  const hasNoBody = status === 204 || status === 205 || status === 304;
  if (hasNoBody) incoming.resume();
  return new Response(hasNoBody ? null : bodyOf(incoming), { status, headers });
}

function markError(headers: Headers): void {
  headers.set("sb-error-code", "EDGE_FUNCTION_ERROR");
  const exposed = (headers.get("access-control-expose-headers") ?? "").split(",").map((name) => name.trim());
  const names = exposed.filter((name) => name !== "" && name.toLowerCase() !== "sb-error-code");
  headers.set("access-control-expose-headers", [...names, "sb-error-code"].join(", "));
}

/** Pages are for custom domains only. */
function refuseHtml(headers: Headers): void {
  const type = headers.get("content-type");
  if (!type || !/^text\/html\b/i.test(type)) return;
  headers.set("content-type", type.replace(/^text\/html/i, "text/plain"));
  headers.set("x-content-type-options", "nosniff");
}

/** Part by part as they come; whoever stops reading ends the request to the function, too. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let isOver = false;
      const finish = (act: () => void) => {
        if (isOver) return;
        isOver = true;
        act();
      };
      incoming.on("data", (part: Buffer) => {
        if (isOver) return;
        controller.enqueue(new Uint8Array(part));
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.once("end", () => finish(() => controller.close()));
      incoming.once("error", (error) => finish(() => controller.error(error)));
      incoming.once("close", () =>
        finish(() => controller.error(new Error("The function's answer was cut off."))),
      );
    },
    pull: () => {
      incoming.resume();
    },
    cancel: () => {
      incoming.destroy();
    },
  });
}
