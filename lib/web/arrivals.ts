/**
 * What happens to every request before Next sees it: its address is noted, its answer gets the fixed headers, also
 * those answers that Next gives without asking anybody, and an address that nobody can read is one where nothing is,
 * not a fault of the server.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { addressNoter } from "./client-address.ts";
import { fixedHeaders } from "./fixed-headers.ts";

/** Called once, before the server takes requests. */
export function watchArrivals(): void {
  const noteAddress = addressNoter();
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    noteAddress(request);
    for (const [name, value] of Object.entries(fixedHeaders)) response.setHeader(name, value);
    if (!isReadable(request.url ?? "/")) request.url = "/unreadable";
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
