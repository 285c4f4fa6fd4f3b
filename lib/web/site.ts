/**
 * Where this site is, as people's browsers see it: what links in messages start with, and what a request that
 * changes something must come from.
 *
 * SITE_URL says it. Without it, it is the Host that was asked for: a header that no page elsewhere can set, and
 * that a proxy in front has to hand on. `x-forwarded-host` is never believed: anybody can send it.
 */
import * as z from "zod";

const SiteUrl = z.url({ protocol: /^https?$/ });

type Source = Readonly<Record<string, string | undefined>>;
type Asked = Pick<Headers, "get">;

/** The origin that SITE_URL names, or null when it is not set. Throws one sentence when it is no address. */
export function readSiteOrigin(source: Source = process.env): string | null {
  const given = source.SITE_URL?.trim();
  if (!given) return null;
  const read = SiteUrl.safeParse(given);
  if (read.success) return new URL(read.data).origin;
  throw new Error(
    `SITE_URL must be the address of this site, such as https://docs.example.com; it is ${given}.`,
  );
}

/** Without a slash at its end. */
export function siteOrigin(asked: Asked, source: Source = process.env): string {
  const origin = readSiteOrigin(source);
  if (origin !== null) return origin;
  const host = asked.get("host") ?? "localhost";
  const url = `${isHttps(asked, source) ? "https" : "http"}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : "http://localhost";
}

/** Whether browsers reach this site by https, so that cookies may be kept to that. */
export function isHttps(asked: Asked, source: Source = process.env): boolean {
  const origin = readSiteOrigin(source);
  if (origin !== null) return origin.startsWith("https:");
  return asked.get("x-forwarded-proto")?.split(",", 1)[0]?.trim() === "https";
}

/**
 * Whether a request was made by a page of this site. Browsers send an Origin with everything but GET and HEAD; who
 * sends none is no browser's page, and is refused like "null" and any other site. Without SITE_URL the scheme is not
 * compared, because a proxy that ends TLS need not say so.
 */
export function isFromHere(asked: Asked, source: Source = process.env): boolean {
  const from = asked.get("origin");
  if (from === null || !URL.canParse(from)) return false;
  const origin = readSiteOrigin(source);
  if (origin !== null) return new URL(from).origin === origin;
  return /^https?:$/.test(new URL(from).protocol) && new URL(from).host === asked.get("host")?.toLowerCase();
}
