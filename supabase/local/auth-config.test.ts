/** What is read of config.toml, where links may lead, how durations are written, how buckets fill. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAuthConfig } from "./auth-config.ts";
import { parseDuration } from "./auth-duration.ts";
import { AuthError } from "./auth-errors.ts";
import { createLimits } from "./auth-limits.ts";
import { isAllowed } from "./auth-redirects.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "auth-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const wishes = { siteUrl: "https://app.example", confirmEmail: false, rateLimits: true };
async function read(toml: string | null) {
  const file = join(folder, `${crypto.randomUUID()}.toml`);
  if (toml !== null) await writeFile(file, toml);
  return readAuthConfig(file, wishes);
}

describe("config.toml", () => {
  it("AC1 says nothing when it is not there, and hosted defaults hold", async () => {
    expect(await read(null)).toMatchObject({
      jwtExpiry: 3_600,
      reuseInterval: 10,
      otpExpiry: 3_600,
      otpLength: 6,
      mailInterval: 60,
      hasAnonymous: false,
      isSignUpOpen: true,
      confirmsBothEmails: true,
      minimumPasswordLength: 6,
      missing: [],
    });
  });

  it("AC2 is refused in a sentence when it is not TOML or says a word where a number belongs", async () => {
    await expect(read("[auth\n")).rejects.toThrow(/cannot be read/);
    await expect(read('[auth]\njwt_expiry = "long"\n')).rejects.toThrow("jwt_expiry is not a number.");
  });

  it("AC3 names what it switches on and is not here", async () => {
    const { missing } = await read(
      "[auth.external.github]\nenabled = true\n[auth.external.apple]\nenabled = false\n[auth.captcha]\nenabled = true\n[auth.mfa.totp]\nenroll_enabled = true\n",
    );
    expect(missing).toEqual(["auth.external.github", "auth.mfa.totp", "auth.captcha"]);
  });
});

describe("links", () => {
  it("AC4 lead to the site, to this machine and to what the config allows, and nowhere else", async () => {
    const config = await read(
      '[auth]\nadditional_redirect_urls = ["https://*.preview.example/**", "myapp://callback"]\n',
    );
    const allowed = [
      "https://app.example",
      "https://app.example/deep?a=b#c",
      "http://localhost:4000/x",
      "http://127.0.0.1:5/x",
      "http://[::1]:5/x",
      "https://one.preview.example/a/b",
      "myapp://callback",
    ];
    const refused = [
      "http://app.example",
      "https://app.example:8443/",
      "https://app.example.evil.example/",
      "https://a.b.preview.example/",
      "https://evil.example/https://app.example",
      "http://2130706433/",
      "http://10.0.0.1/",
      "javascript:alert(1)",
      " https://app.example",
      "https://app.example/\t",
      "//app.example",
      "",
    ];
    expect(allowed.filter((url) => !isAllowed(config, url))).toEqual([]);
    expect(refused.filter((url) => isAllowed(config, url))).toEqual([]);
  });
});

describe("durations and buckets", () => {
  it("AC5 durations are read as Go writes them", () => {
    expect(["1h30m", "60s", "1.5h", "300ms", "0", "-2m"].map(parseDuration)).toEqual([
      5_400_000, 60_000, 5_400_000, 300, 0, -120_000,
    ]);
    for (const text of ["", "soon", "5", "1d", "h", "1h 2m"]) {
      expect(() => parseDuration(text)).toThrow(`time: invalid duration "${text}"`);
    }
  });

  it("AC6 a bucket starts full, fills evenly, and is one for each address and kind", async () => {
    const { rates } = await read("[auth.rate_limit]\nsign_in_sign_ups = 30\n");
    let now = 0;
    const limits = createLimits(rates, () => now);
    const spend = (address: string) => limits.spend("signup", address);
    for (let turn = 0; turn < 30; turn++) spend("a");
    expect(() => spend("a")).toThrow(AuthError);
    spend("b");
    limits.spend("otp", "a");
    now += 9_000;
    expect(() => spend("a")).toThrow(AuthError);
    now += 1_000;
    spend("a");
    expect(() => spend("a")).toThrow(AuthError);
  });
});
