/** Where links may lead back: the product's own pages, this machine, and what config.toml allows. */
import type { AuthConfig } from "./auth-config.ts";

/** The wish of `redirect_to` (header or query), else of `Referer`, if it is allowed; else the product's pages. */
export function redirectOf(config: AuthConfig, request: Request): string {
  const wishes = [
    request.headers.get("redirect_to") ?? new URL(request.url).searchParams.get("redirect_to"),
    request.headers.get("referer"),
  ];
  return wishes.find((wish) => isAllowed(config, wish)) ?? config.siteUrl;
}

export function isAllowed(config: AuthConfig, wish: string | null | undefined): wish is string {
  if (!wish || hasControls(wish)) return false;
  // A browser reads a host of digits alone as an address.
  const target = /^https?:[/\\]*\d+([:/?#]|$)/i.test(wish) ? null : URL.parse(wish);
  if (!target) return false;
  const site = URL.parse(config.siteUrl);
  const isSite = site?.hostname === target.hostname && site.protocol === target.protocol;
  if (isSite && (site.port === target.port || target.hostname === "localhost")) return true;
  const address = addressOf(target.hostname);
  if (address) return address === "loopback";
  const [plain = wish] = wish.split("#");
  return config.redirectUrls.some((glob) => toPattern(glob).test(plain));
}

const hasControls = (text: string) => [...text].some((sign) => sign <= " " || sign === "\x7f");

/** A host that is a number: allowed when it is this machine, refused otherwise. */
function addressOf(host: string): "loopback" | "other" | null {
  if (!/^[\d.]+$/.test(host) && !host.startsWith("[")) return null;
  return /^127\./.test(host) || host === "[::1]" ? "loopback" : "other";
}

/** `**` stands for anything, `*` and `?` for anything without `.` and `/`. */
function toPattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*|\*|\?)/).map((part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^./]*";
    return part === "?" ? "[^./]" : part.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
