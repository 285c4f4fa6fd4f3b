/** The token that a page finds in its cookies, as @supabase/ssr writes them. */
import { createServerClient } from "@supabase/ssr";
import { describe, expect, it } from "vitest";
import { accessTokenOf } from "./session-cookie.ts";

const NOW = 1_800_000_000_000;
const URL = "https://abc.supabase.example";
const HOUR_S = 3_600;

/** A token that the client can read, `length` characters long or a little more. */
const token = (length: number): string =>
  [{ alg: "ES256" }, { sub: "a", exp: NOW / 1000 + HOUR_S, pad: "x".repeat(length) }, "s"]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");

/** What the library keeps of a session, as `document.cookie` shows it. */
async function cookiesOf(accessToken: string, name: string): Promise<string> {
  const jar = new Map<string, string>();
  const user = { id: "a", aud: "", app_metadata: {}, user_metadata: { name }, created_at: "" };
  const session = {
    access_token: accessToken,
    refresh_token: "r",
    token_type: "bearer",
    expires_in: HOUR_S,
    expires_at: NOW / 1000 + HOUR_S,
    user,
  };
  const client = createServerClient(URL, "key", {
    cookies: {
      getAll: () => [...jar].map(([key, value]) => ({ name: key, value })),
      setAll: (all) => {
        for (const { name: key, value } of all) jar.set(key, value);
      },
    },
    global: { fetch: async () => Response.json({ ...session, user }) },
  });
  await client.auth.signInWithPassword({ email: "a@b.example", password: "p" });
  return ["theme=dark", ...[...jar].map(([key, value]) => `${key}=${encodeURIComponent(value)}`)].join("; ");
}

describe("the token of a page's cookies", () => {
  it.each([10, 6_000])("is the one that the library wrote, in one piece or several: %i", async (length) => {
    const cookies = await cookiesOf(token(length), "Zoë 日本");
    expect(cookies.includes(".1=")).toBe(length > 3_000);
    expect(accessTokenOf(cookies, URL, NOW)).toBe(token(length));
  });

  it("is none when it is about to run out, for another project, or cut", async () => {
    const cookies = await cookiesOf(token(6_000), "Ada");
    expect(accessTokenOf(cookies, URL, NOW + (HOUR_S - 91) * 1000)).not.toBeNull();
    expect(accessTokenOf(cookies, URL, NOW + (HOUR_S - 90) * 1000)).toBeNull();
    expect(accessTokenOf(cookies, "https://other.supabase.example", NOW)).toBeNull();
    expect(accessTokenOf(cookies.replace(/; [^;]*\.1=[^;]*/, ""), URL, NOW)).toBeNull();
    expect(accessTokenOf("", URL, NOW)).toBeNull();
    expect(accessTokenOf("sb-abc-auth-token=base64-%%%", URL, NOW)).toBeNull();
  });
});
