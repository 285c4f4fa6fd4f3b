/**
 * What happens to every request before Next sees it: it is given an id, its address is noted, its answer gets the fixed
 * headers, also those answers that Next gives without asking anybody, and an address that nobody can read is one where
 * nothing is, not a fault of the server. At its end it is counted, and told in the log when it failed.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, requests } from "../ops/instruments.ts";
import { enterRequest, log } from "../ops/log.ts";
import { addressNoter } from "./client-address.ts";
import { fixedHeaders } from "./fixed-headers.ts";
import { routeName } from "./route-name.ts";

export const REQUEST_ID = "x-request-id";
const METHODS = new Set(["GET", "HEAD", "POST"]);

/** Called once, before the server takes requests. */
export function watchArrivals(): void {
  const noteAddress = addressNoter();
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    noteAddress(request);
    for (const [name, value] of Object.entries(fixedHeaders)) response.setHeader(name, value);
    if (!isReadable(request.url ?? "/")) request.url = "/unreadable";
    watchOne(request, response);
  });
}

function watchOne(request: IncomingMessage, response: ServerResponse): void {
  const id = crypto.randomUUID();
  const started = performance.now();
  const route = routeName(request.url ?? "/");
  const method = METHODS.has(request.method ?? "") ? String(request.method) : "other";
  // Whatever a stranger sent as an id is written over.
  request.headers[REQUEST_ID] = id;
  response.setHeader(REQUEST_ID, id);
  // The one header of an answer that a page's own script can read: the error page shows it.
  response.setHeader("server-timing", `request;desc="${id}"`);
  const state = enterRequest(id);
  response.once("close", () => {
    const seconds = (performance.now() - started) / 1000;
    const { statusCode, writableFinished } = response;
    const hasFailed = state.failed || statusCode >= 500;
    const status = writableFinished ? `${Math.floor(statusCode / 100)}xx` : "aborted";
    requests.observe({ route, method, status }, seconds);
    // Of a series that begins with its first failure, Prometheus would see no rise.
    errors.add({ route }, hasFailed ? 1 : 0);
    if (!hasFailed && process.env.LOG_REQUESTS !== "all") return;
    const facts = { requestId: id, route, method, status: statusCode, ms: Math.round(seconds * 1000) };
    log(hasFailed ? "error" : "info", "request", facts);
  });
}

function isReadable(url: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}
