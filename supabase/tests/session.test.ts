/** proxy.ts: the session cookie is refreshed before a page renders, and nobody is given one who has none. */
import type { Session } from "@supabase/supabase-js";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { proxy } from "../../proxy.ts";
import { newPerson, type Person, type Project, startProject } from "./stand-in.ts";

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

  it("that is nonsense leaves /api/auth/session without cookies", async () => {
    const response = await visit(cookieOf({ refresh_token: "x" }), "/api/auth/session");
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
  });
});
