import { describe, expect, it } from "vitest";
import { readPublicConfig, readSecretKey } from "./env.ts";

const url = "https://abcdefgh.supabase.co";
const key = "sb_publishable_0123456789abcdef";
const read = (source: Record<string, string | undefined>) => () => readPublicConfig(source);

describe("the environment", () => {
  it("gives the address without a slash at its end, and the key", () => {
    expect(
      readPublicConfig({ NEXT_PUBLIC_SUPABASE_URL: `${url}/`, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key }),
    ).toEqual({ url, publishableKey: key });
  });

  it.each([
    ["missing", undefined],
    ["not a URL", "abcdefgh"],
    ["of another protocol", "postgres://localhost/x"],
  ])("names the address in one sentence when it is %s", (_, broken) => {
    const source = { NEXT_PUBLIC_SUPABASE_URL: broken, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key };
    expect(read(source)).toThrow(/^NEXT_PUBLIC_SUPABASE_URL must be the project's URL[^\n]*\.$/);
  });

  it("names the publishable key, never its value", () => {
    const source = { NEXT_PUBLIC_SUPABASE_URL: url, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "short" };
    expect(read(source)).toThrow(/^NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY is too short/);
    expect(read(source)).not.toThrow(/; it is/);
  });

  it("refuses to hand a secret key to browsers", () => {
    const source = {
      NEXT_PUBLIC_SUPABASE_URL: url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_secret_0123456789abcdef",
    };
    expect(read(source)).toThrow(/NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY holds a secret key/);
  });

  it("names the secret key when it is missing", () => {
    expect(() => readSecretKey({})).toThrow(/^SUPABASE_SECRET_KEY is missing/);
  });
});
