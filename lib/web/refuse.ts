/** What is refused before any page or route sees it. */
import { addressOf } from "./client-address.ts";
import { closedPolicy } from "./content-policy.ts";
import { fixedHeaders } from "./fixed-headers.ts";
import { createLimit, type Limit } from "./limit.ts";
import { isFromHere } from "./site.ts";

/** For one network address: what asks the database on behalf of somebody unknown, and what changes something. */
const limits: readonly (readonly [path: RegExp, methods: RegExp, limit: Limit])[] = [
  [/^\/join\//, /^(?:GET|HEAD)$/, createLimit(60)],
  [/^\/auth\//, /^/, createLimit(60)],
  [/^\/api\//, /^/, createLimit(600)],
  [/^/, /^POST$/, createLimit(600)],
];

const harmless = /^(?:GET|HEAD|OPTIONS)$/;

/** The refusal, or null: methods that no page has, other sites, what an API cannot read, and too much. */
export function refuse(request: Request, isPage: boolean): Response | null {
  const { method, headers } = request;
  if (isPage && !/^(?:GET|HEAD|POST)$/.test(method))
    return refusal(isPage, 405, "A page can be read and its forms sent.", { allow: "GET, HEAD, POST" });
  if (!harmless.test(method) && !isFromHere(headers))
    return refusal(
      isPage,
      403,
      "Only pages of this site may send this. Load the page again and try once more.",
    );
  if (!isPage && !harmless.test(method) && !isJson(headers.get("content-type")))
    return refusal(isPage, 415, "This takes application/json.");
  const wait = secondsToWait(new URL(request.url).pathname, method, addressOf(headers));
  if (wait > 0)
    return refusal(isPage, 429, `Too many requests in a short time. Wait ${wait} s and try again.`, {
      "retry-after": String(wait),
    });
  return null;
}

function secondsToWait(path: string, method: string, address: string | null): number {
  if (address === null) return 0;
  const counted = limits.filter(([paths, methods]) => paths.test(path) && methods.test(method));
  return Math.max(0, ...counted.map(([, , limit]) => limit.secondsToWait(address)));
}

const isJson = (type: string | null) => /^application\/json\s*(?:;|$)/i.test(type ?? "");

const codes: Readonly<Record<number, string>> = {
  403: "forbidden",
  405: "method_not_allowed",
  415: "unsupported_media_type",
  429: "too_many_requests",
};

function refusal(
  isPage: boolean,
  status: number,
  sentence: string,
  more: Record<string, string> = {},
): Response {
  const headers = {
    ...fixedHeaders,
    "content-security-policy": closedPolicy,
    "cache-control": "no-store",
    ...more,
  };
  if (!isPage) return Response.json({ code: codes[status], message: sentence }, { status, headers });
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Command Center</title><p>${sentence}</p></html>\n`;
  return new Response(html, { status, headers: { ...headers, "content-type": "text/html; charset=utf-8" } });
}
