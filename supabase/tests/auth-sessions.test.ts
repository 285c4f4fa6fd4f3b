/** Sessions: refreshed, used twice, ended here, elsewhere and everywhere. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  decode,
  freshEmail,
  madePerson,
  needsStandIn,
  refresh,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, newPerson, type Project } from "./stand-in.ts";

let project: Project;
let impatient: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
  impatient = await startWithConfig("[auth]\nrefresh_token_reuse_interval = 0\njwt_expiry = 600\n");
});
afterAll(async () => {
  await project?.stop();
  await impatient?.stop();
});

const tokenOf = async (answer: ReturnType<typeof refresh>) => {
  const { data, error } = await answer;
  if (error) throw new Error(`not refreshed: ${error.code}`);
  return data.session?.refresh_token ?? "";
};
const used = { status: 400, code: "refresh_token_already_used" };

describe("refreshing", () => {
  it("SE1 each refresh hands out another token of the same session", async () => {
    const { email = "" } = await madePerson(project);
    const first = await signIn(project, email);
    const { data } = await refresh(project, first.refreshToken);
    expect(data.session?.refresh_token).not.toBe(first.refreshToken);
    const [before, after] = [decode(first.accessToken), decode(data.session?.access_token ?? "")];
    expect(after.session_id).toBe(before.session_id);
    expect(after.amr).toEqual(before.amr);
  });

  it("SE2 a token that was used may be used again while its follower was not", async (context) => {
    needsStandIn(context, impatient, "has a reuse interval of 0");
    const { email = "" } = await madePerson(impatient);
    const { refreshToken } = await signIn(impatient, email);
    const follower = await tokenOf(refresh(impatient, refreshToken));
    expect(await tokenOf(refresh(impatient, refreshToken))).toBe(follower);
  });

  it("SE3 within the interval also an older one is good", async () => {
    const { email = "" } = await madePerson(project);
    const { refreshToken } = await signIn(project, email);
    const second = await tokenOf(refresh(project, refreshToken));
    await tokenOf(refresh(project, second));
    expect((await refresh(project, refreshToken)).error).toBeNull();
  });

  it("SE4 after the interval an older one ends the whole family", async (context) => {
    needsStandIn(context, impatient, "has a reuse interval of 0");
    const { email = "" } = await madePerson(impatient);
    const { refreshToken } = await signIn(impatient, email);
    const second = await tokenOf(refresh(impatient, refreshToken));
    const third = await tokenOf(refresh(impatient, second));
    expect((await refresh(impatient, refreshToken)).error).toMatchObject(used);
    expect((await refresh(impatient, third)).error).toMatchObject(used);
    expect((await refresh(impatient, second)).error).toMatchObject(used);
  });

  it("SE5 twenty at once with one token stay signed in, on one follower", async () => {
    const { email = "" } = await madePerson(project);
    const { refreshToken } = await signIn(project, email);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => tokenOf(refresh(project, refreshToken))),
    );
    expect(new Set(tokens).size).toBe(1);
    expect((await refresh(project, tokens[0] ?? "")).error).toBeNull();
  });

  it("SE6 twenty at once in twenty sessions do not mix them up", async () => {
    const { email = "" } = await madePerson(project);
    const sessions = await Promise.all(Array.from({ length: 20 }, () => signIn(project, email)));
    const answers = await Promise.all(sessions.map(({ refreshToken }) => refresh(project, refreshToken)));
    const idOf = (token = "") => decode(token).session_id;
    expect(answers.map(({ data }) => idOf(data.session?.access_token))).toEqual(
      sessions.map(({ accessToken }) => idOf(accessToken)),
    );
  });

  it("SE7 an unknown token, and none, are refused", async () => {
    expect((await refresh(project, "abcdefghijkl")).error).toMatchObject({
      status: 400,
      code: "refresh_token_not_found",
    });
    const answer = await call(project, "/token?grant_type=refresh_token", { method: "POST", body: "{}" });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: "validation_failed" }]);
    const odd = await call(project, "/token?grant_type=magic", { method: "POST", body: "{}" });
    expect([odd.status, await odd.json()]).toMatchObject([400, { error_code: "invalid_credentials" }]);
  });

  it("SE8 a changed person shows in the next token, not in the present one", async () => {
    const ada = await newPerson(project);
    await ada.client.auth.updateUser({ data: { name: "Grace", note: null } });
    const { data } = await ada.client.auth.getSession();
    expect(decode(data.session?.access_token ?? "").user_metadata).toMatchObject({ name: "Ada" });
    const after = await ada.client.auth.refreshSession();
    expect(decode(after.data.session?.access_token ?? "").user_metadata).toMatchObject({ name: "Grace" });
  });

  it("SE9 a token lives as long as the config says", async (context) => {
    needsStandIn(context, impatient, "has a config of its own");
    const { email = "" } = await madePerson(impatient);
    const { iat, exp } = decode((await signIn(impatient, email)).accessToken);
    expect(Number(exp) - Number(iat)).toBe(600);
  });
});

describe("signing out", () => {
  const three = async () => {
    const { email = "" } = await madePerson(project);
    return Promise.all([signIn(project, email), signIn(project, email), signIn(project, email)] as const);
  };
  const isIn = async ({ client, accessToken }: Awaited<ReturnType<typeof signIn>>) =>
    (await client.auth.getUser(accessToken)).error === null;

  it.each([
    ["global", [false, false, false]],
    ["local", [false, true, true]],
    ["others", [true, false, false]],
  ] as const)("SE10 of scope %s ends the sessions it says", async (scope, left) => {
    const [here, there, elsewhere] = await three();
    expect((await here.client.auth.signOut({ scope })).error).toBeNull();
    expect([await isIn(here), await isIn(there), await isIn(elsewhere)]).toEqual(left);
    for (const [index, session] of [here, there, elsewhere].entries()) {
      const { error } = await refresh(project, session.refreshToken);
      expect(error?.code).toBe(left[index] ? undefined : "refresh_token_not_found");
    }
  });

  it("SE11 the ended session is refused as session_not_found by user, update and logout", async () => {
    const ada = await newPerson(project);
    const { data } = await ada.client.auth.getSession();
    const token = data.session?.access_token;
    await ada.client.auth.signOut();
    for (const [method, path] of [
      ["GET", "/user"],
      ["PUT", "/user"],
      ["POST", "/logout"],
      ["GET", "/reauthenticate"],
    ] as const) {
      const body = method === "GET" ? {} : { body: "{}" };
      const answer = await call(project, path, { method, ...body }, token);
      expect([answer.status, await answer.json()]).toMatchObject([403, { error_code: "session_not_found" }]);
    }
  });

  it("SE12 an ended session's token is good for REST until it runs out, as on hosted projects", async () => {
    const ada = await newPerson(project);
    const { data } = await ada.client.auth.getSession();
    await ada.client.auth.signOut();
    const headers = { apikey: project.publishableKey, authorization: `Bearer ${data.session?.access_token}` };
    expect((await fetch(`${project.url}/rest/v1/notes`, { headers })).status).toBe(200);
  });

  it("SE13 an unknown scope is refused", async () => {
    const { email = "" } = await madePerson(project);
    const { accessToken } = await signIn(project, email);
    const answer = await call(project, "/logout?scope=mine", { method: "POST", body: "{}" }, accessToken);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: "validation_failed" }]);
  });

  it("SE14 signing in notes when, and addresses are compared without case", async () => {
    const email = freshEmail();
    await madePerson(project, email);
    const { data } = await anonymous(project).auth.signInWithPassword({
      email: email.toUpperCase(),
      password: "long enough for it",
    });
    expect(Date.now() - new Date(data.user?.last_sign_in_at ?? 0).getTime()).toBeLessThan(60_000);
  });
});
