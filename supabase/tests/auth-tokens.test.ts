/** Tokens at every door: genuine ones, forged, expired, of others, and after a change of keys. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStandIn } from "../../scripts/stand-in.ts";
import {
  call,
  decode,
  encode,
  hs256,
  madePerson,
  needsStandIn,
  secretsOf,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, newPerson, type Person, type Project } from "./stand-in.ts";
import { subscribe } from "./waiting.ts";

let project: Project;
let other: Project;
let ada: Person;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
  other = await startWithConfig("");
  ada = await newPerson(project);
});
afterAll(async () => {
  await project?.stop();
  await other?.stop();
});

const now = () => Math.floor(Date.now() / 1_000);
const claims = (more: object = {}) => ({
  sub: ada.id,
  role: "authenticated",
  aud: "authenticated",
  exp: now() + 60,
  ...more,
});

function es256(key: KeyObject, said: object, head: object): string {
  const input = `${encode({ alg: "ES256", typ: "JWT", ...head })}.${encode(said)}`;
  const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

const publicKey = async () => {
  const answer = await fetch(`${project.url}/auth/v1/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: (JsonWebKey & { kid: string })[] };
  if (!keys[0]) throw new Error("no key is published");
  return keys[0];
};

/** What each door answers to a token. */
async function knock(token: string): Promise<Record<string, number | string>> {
  const headers = { apikey: project.publishableKey, authorization: `Bearer ${token}` };
  const status = async (path: string) => (await fetch(project.url + path, { headers })).status;
  const client = createClient(project.url, project.publishableKey, { accessToken: async () => token });
  const realtime = await subscribe(client.channel("doors", { config: { private: false } }));
  await client.removeAllChannels();
  return {
    auth: await status("/auth/v1/user"),
    rest: await status("/rest/v1/notes"),
    realtime: realtime.status,
    storage: await status("/storage/v1/bucket"),
    functions: await status("/functions/v1/hello"),
  };
}

const open = { auth: 200, rest: 200, realtime: "SUBSCRIBED", storage: 200, functions: 200 };
const shut = { auth: 403, rest: 401, realtime: "CHANNEL_ERROR", storage: 400, functions: 401 };

describe("doors", () => {
  it("AT1 let a genuine token in", async () => {
    const { data } = await ada.client.auth.getSession();
    expect(await knock(data.session?.access_token ?? "")).toEqual(open);
  });

  it.each([
    ["unsigned", async () => `${encode({ alg: "none" })}.${encode(claims({ role: "service_role" }))}.`],
    ["of alg None with a signature", async () => `${encode({ alg: "None" })}.${encode(claims())}.AAAA`],
    ["signed with a guessed secret", async () => hs256("super-secret-jwt-token", claims())],
    [
      "signed HS256 with the public key as the secret",
      async () => {
        const jwk = await publicKey();
        const pem = createPublicKey({ key: jwk, format: "jwk" }).export({
          type: "spki",
          format: "pem",
        });
        return hs256(String(pem), claims());
      },
    ],
    [
      "of another key under this project's key id",
      async () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        return es256(privateKey, claims(), { kid: (await publicKey()).kid });
      },
    ],
    [
      "of another project",
      async () => (await signIn(other, (await madePerson(other)).email ?? "")).accessToken,
    ],
    [
      "cut short",
      async () => ((await ada.client.auth.getSession()).data.session?.access_token ?? "").slice(0, -6),
    ],
    [
      "with a role that somebody wrote in",
      async () => {
        const [head, body = "", signature] = (
          (await ada.client.auth.getSession()).data.session?.access_token ?? ""
        ).split(".");
        const said = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
        return [head, encode({ ...said, role: "service_role" }), signature].join(".");
      },
    ],
  ] as const)("AT2 refuse one that is %s", async (_kind, make) => {
    expect(await knock(await make())).toEqual(shut);
  });

  it("AT3 refuse an expired one, whatever signed it", async (context) => {
    needsStandIn(context, project, "shows its secrets");
    const { jwtSecret, signingKey } = await secretsOf(project);
    const key = createPrivateKey({ key: signingKey, format: "jwk" });
    const old = claims({ exp: now() - 1 });
    expect(await knock(hs256(jwtSecret, old))).toEqual(shut);
    expect(await knock(es256(key, old, { kid: signingKey.kid }))).toEqual(shut);
    expect(await knock(es256(key, claims(), { kid: signingKey.kid }))).toEqual(open);
    const { exp: _exp, ...forever } = claims();
    expect(await knock(hs256(jwtSecret, forever))).toEqual(shut);
  });

  it("AT4 refuse a right signature under a key id that is not published, and HS256 under one that is", async (context) => {
    needsStandIn(context, project, "shows its secrets");
    const { jwtSecret, signingKey } = await secretsOf(project);
    const key = createPrivateKey({ key: signingKey, format: "jwk" });
    expect(await knock(es256(key, claims(), { kid: "another" }))).toEqual(shut);
    expect(await knock(hs256(jwtSecret, claims(), { kid: signingKey.kid }))).toEqual(shut);
  });

  it("AT5 say what is wrong with the claims of a genuine one", async (context) => {
    needsStandIn(context, project, "shows its secrets");
    const { jwtSecret } = await secretsOf(project);
    const ask = async (said: object) => {
      const answer = await call(project, "/user", {}, hs256(jwtSecret, said));
      return [answer.status, ((await answer.json()) as { error_code: string }).error_code];
    };
    expect(await ask(claims({ sub: "" }))).toEqual([403, "bad_jwt"]);
    expect(await ask(claims({ sub: "7" }))).toEqual([400, "bad_jwt"]);
    expect(await ask(claims({ sub: crypto.randomUUID() }))).toEqual([403, "user_not_found"]);
    expect(await ask(claims({ session_id: "7" }))).toEqual([403, "bad_jwt"]);
    expect(await ask(claims({ session_id: crypto.randomUUID() }))).toEqual([403, "session_not_found"]);
    expect(await ask(claims({ aud: undefined }))).toEqual([400, "validation_failed"]);
  });
});

describe("getClaims", () => {
  it("AT6 verifies with the published key: once fetched, no request at all", async () => {
    const asked: string[] = [];
    const client = createClient(project.url, project.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: {
        fetch: (input, init) => {
          asked.push(new URL(String(input)).pathname);
          return fetch(input, init);
        },
      },
    });
    await client.auth.signInWithPassword(ada);
    asked.length = 0;
    for (const _ of [1, 2, 3]) {
      const { data, error } = await client.auth.getClaims();
      expect([error, data?.claims.sub, data?.header.alg]).toEqual([null, ada.id, "ES256"]);
    }
    // The key set itself may be known from another client of this process.
    expect(asked.filter((path) => path !== "/auth/v1/.well-known/jwks.json")).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(1);
  });

  it("AT7 refuses a forged token", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const forged = es256(privateKey, claims(), { kid: (await publicKey()).kid });
    expect((await anonymous(project).auth.getClaims(forged)).error?.message).toMatch(
      /invalid jwt signature/i,
    );
  });

  it("AT8 the published keys are public", async () => {
    const answer = await fetch(`${project.url}/auth/v1/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "public, max-age=600"]);
    expect(keys[0]).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig", key_ops: ["verify"] });
    for (const key of keys) expect(key).not.toHaveProperty("d");
  });

  it("AT9 after a change of keys old tokens are good until they run out, new ones carry the new key", async (context) => {
    needsStandIn(context, other, "lets its keys be changed");
    const { email = "" } = await madePerson(other);
    const before = await signIn(other, email);
    await other.standIn?.stop();
    const file = join(other.folder ?? "", "keys.json");
    const keys = JSON.parse(await readFile(file, "utf8"));
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signingKey = { ...privateKey.export({ format: "jwk" }), kid: "the-next" };
    await writeFile(file, JSON.stringify({ ...keys, signingKey, previousKeys: [keys.signingKey] }));
    const again = await startStandIn({
      dataFolder: other.folder ?? "",
      databaseUrl: other.databaseUrl ?? null,
      args: ["--migrations", join(import.meta.dirname, "schema")],
    });
    try {
      const restarted = { ...other, url: again.url };
      expect((await call(restarted, "/user", {}, before.accessToken)).status).toBe(200);
      const after = await signIn(restarted, email);
      expect(JSON.parse(Buffer.from(after.accessToken.split(".")[0] ?? "", "base64url").toString()).kid).toBe(
        "the-next",
      );
      const kids = (await anonymous(restarted).auth.getClaims(after.accessToken)).data?.header.kid;
      expect(kids).toBe("the-next");
      expect((await anonymous(restarted).auth.getClaims(before.accessToken)).error).toBeNull();
    } finally {
      await again.stop();
    }
  });

  it("AT10 a refreshed token keeps saying how the session began", async () => {
    const { email = "" } = await madePerson(project);
    const { client, accessToken } = await signIn(project, email);
    const { data } = await client.auth.refreshSession();
    expect(decode(data.session?.access_token ?? "").amr).toEqual(decode(accessToken).amr);
  });
});
