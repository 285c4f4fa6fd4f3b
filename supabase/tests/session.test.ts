/**
 * proxy.ts and /api/auth/session: the session cookie is refreshed before a page renders, and nobody is given one who has
 * none.
 */
import type { Session } from "@supabase/supabase-js";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { GET as whoIsIt } from "../../app/api/auth/session/route.ts";
import { addressNoter } from "../../lib/web/client-address.ts";
import { config, proxy } from "../../proxy.ts";
import { newPerson, type Person, type Project, startProject } from "./stand-in.ts";

vi.mock("server-only", () => ({}));

let project: Project;
let person: Person;
beforeAll(async () => {
  project = await startProject();
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", project.url);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", project.publishableKey);
  person = await newPerson(project, "Sara");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await project?.stop();
});

const cookieName = () => `sb-${new URL(project.url).hostname.split(".")[0]}-auth-token`;
const cookieOf = (session: Partial<Session>) =>
  `${cookieName()}=base64-${Buffer.from(JSON.stringify(session)).toString("base64url")}`;
/** As it is within a second of its end. */
const nearItsEnd = (session: Session) => ({ ...session, expires_at: Math.floor(Date.now() / 1000) + 1 });
const freshCookie = () => new RegExp(`${cookieName()}(\\.0)?=base64-`);

async function signIn(): Promise<Session> {
  const { email, password } = person;
  const { data, error } = await person.client.auth.signInWithPassword({ email, password });
  if (error) throw new Error(error.message);
  return data.session;
}

const visit = (cookie: string, path = "/") =>
  proxy(new NextRequest(`http://localhost:3000${path}`, cookie === "" ? {} : { headers: { cookie } }));

describe("the session of a request", () => {
  it("is left alone while it is good, and absent for the anonymous", async () => {
    for (const cookie of [cookieOf(await signIn()), ""]) {
      const response = await visit(cookie);
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
    }
  });

  it("is refreshed near its end, for the page and for the browser, and kept out of shared caches", async () => {
    const response = await visit(cookieOf(nearItsEnd(await signIn())));
    expect(response.headers.getSetCookie().join()).toMatch(freshCookie());
    expect(response.headers.get("x-middleware-request-cookie")).toMatch(freshCookie());
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
  });

  it("stays signed in when twenty requests refresh it at once", async () => {
    const cookie = cookieOf(nearItsEnd(await signIn()));
    const responses = await Promise.all(Array.from({ length: 20 }, () => visit(cookie)));
    for (const response of responses) expect(response.headers.getSetCookie().join()).toMatch(freshCookie());
  });
});

describe("/api/auth/session", () => {
  const ask = (cookie: string) =>
    whoIsIt(
      new NextRequest("http://localhost:3000/api/auth/session", cookie === "" ? {} : { headers: { cookie } }),
    );

  it("is not behind the proxy, and addresses that only begin or end like it are", () => {
    const isBefore = (path: string) => config.matcher.some((one) => new RegExp(`^${one}$`).test(path));
    expect(isBefore("/api/auth/session")).toBe(false);
    for (const path of ["/api/auth/session/x", "/api/auth/sessions", "/x/api/auth/session", "/api/vitals"])
      expect(isBefore(path), path).toBe(true);
  });

  it("says who is signed in and sets nothing while the token is good", async () => {
    const session = await signIn();
    const response = await ask(cookieOf(session));
    expect(await response.json()).toEqual({
      authenticated: true,
      user: { id: session.user.id, email: person.email, name: "Sara" },
      expiresAt: session.expires_at,
    });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
  });

  it("refreshes a token near its end, and keeps the new one out of shared caches", async () => {
    const response = await ask(cookieOf(nearItsEnd(await signIn())));
    expect(await response.json()).toMatchObject({ authenticated: true, user: { email: person.email } });
    expect(response.headers.getSetCookie().join()).toMatch(freshCookie());
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
  });

  it("knows nobody by a nonsense of a cookie or by none, and leaves cookies alone", async () => {
    for (const cookie of [cookieOf({ refresh_token: "x" }), ""]) {
      const response = await ask(cookie);
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
      expect(await response.json()).toEqual({ authenticated: false, user: null, expiresAt: null });
    }
  });

  it("lets one address ask 600 times a minute", async () => {
    addressNoter();
    const headers = { "x-client-address": "203.0.113.9" };
    const request = () => new NextRequest("http://localhost:3000/api/auth/session", { headers });
    for (let n = 0; n < 600; n += 1) expect((await whoIsIt(request())).status).toBe(200);
    expect((await whoIsIt(request())).status).toBe(429);
  });
});
