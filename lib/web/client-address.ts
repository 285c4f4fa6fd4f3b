/**
 * The network address a request came from, for limits. Next does not tell it, and hands on whatever
 * `x-forwarded-for` a stranger wrote, so it is noted from the connection itself, before Next sees the request: a
 * header that this process writes over what came in.
 *
 * Proxies on this machine and in private networks are believed, and those in TRUSTED_PROXIES (addresses or ranges,
 * by commas): of `x-forwarded-for`, the last address that is not theirs counts.
 */
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import proxyAddr from "proxy-addr";

const HEADER = "x-client-address";
const noted = Symbol.for("command-center.client-address");
const marks = globalThis as { [noted]?: true };

type Source = Readonly<Record<string, string | undefined>>;

/** Gives what is to be done with each request before anybody reads it. Throws when TRUSTED_PROXIES names no address. */
export function addressNoter(source: Source = process.env): (request: IncomingMessage) => void {
  const trusts = trustedProxies(source);
  marks[noted] = true;
  return (request) => {
    request.headers[HEADER] = proxyAddr(request, trusts);
    // Who is no proxy of ours does not tell how the site was reached either.
    if (trusts(request.socket.remoteAddress ?? "", 0)) return;
    for (const name of ["x-forwarded-proto", "x-forwarded-host"]) delete request.headers[name];
  };
}

export function trustedProxies(source: Source): (address: string, hop: number) => boolean {
  const named = (source.TRUSTED_PROXIES ?? "").split(",").map((one) => one.trim());
  return proxyAddr.compile(["loopback", "linklocal", "uniquelocal", ...named.filter(Boolean)]);
}

/**
 * Whom to count, or null when nobody can say it. Of an IPv6 address it is the network: its holder has 2^64 others.
 * On Vercel, which has no server process of ours, it is the header that its own edge writes.
 */
export function addressOf(asked: Pick<Headers, "get">, source: Source = process.env): string | null {
  const trusted = marks[noted] ? HEADER : source.VERCEL ? "x-vercel-forwarded-for" : null;
  const address = trusted && asked.get(trusted)?.split(",", 1)[0]?.trim();
  return address ? network(address) : null;
}

function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const groups = head.split(":").filter(Boolean);
  const last = (tail ?? "").split(":").filter(Boolean);
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - groups.length - last.length)).fill("0");
  return `${[...groups, ...zeros, ...last].slice(0, 4).join(":")}::/64`;
}
