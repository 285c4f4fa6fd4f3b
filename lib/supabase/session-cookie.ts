/**
 * The access token in a page's cookies, as @supabase/ssr keeps it there: `sb-<first part of the host>-auth-token`,
 * in pieces `.0`, `.1`, … where it is long, "base64-" and the session as JSON. What cannot be read is no token: the
 * client is asked then, which also refreshes it.
 */
import * as z from "zod/mini";

/** auth-js calls a token run out this long before it is. */
const MARGIN_MS = 90_000;
const ENCODED = "base64-";

const Session = z.object({ access_token: z.string(), expires_at: z.number() });

/** Null unless it lasts longer than the margin. */
export function accessTokenOf(cookies: string, url: string, now: number): string | null {
  const value = cookieValue(cookies, `sb-${new URL(url).hostname.split(".")[0]}-auth-token`);
  if (!value?.startsWith(ENCODED)) return null;
  const session = Session.safeParse(parse(value.slice(ENCODED.length)));
  if (!session.success) return null;
  const { access_token, expires_at } = session.data;
  return expires_at * 1000 - now > MARGIN_MS ? access_token : null;
}

function cookieValue(cookies: string, name: string): string | null {
  const found = new Map<string, string>();
  for (const one of cookies.split("; ")) {
    const end = one.indexOf("=");
    found.set(one.slice(0, end), one.slice(end + 1));
  }
  const whole = found.get(name);
  if (whole) return whole;
  const pieces: string[] = [];
  for (let piece = found.get(`${name}.0`); piece; piece = found.get(`${name}.${pieces.length}`))
    pieces.push(piece);
  return pieces.length > 0 ? pieces.join("") : null;
}

/** Undefined for what is not base64url of JSON: pieces of two sessions, seen while they are written. */
function parse(text: string): unknown {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))));
  } catch {
    return undefined;
  }
}
