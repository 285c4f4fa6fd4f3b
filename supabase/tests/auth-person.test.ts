/** What a signed-in person changes about themselves. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  follow,
  freshEmail,
  hs256,
  madePerson,
  needsStandIn,
  newestMail,
  outbox,
  PASSWORD,
  pkceClient,
  secretsOf,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, newPerson, type Project, service } from "./stand-in.ts";

const CAREFUL = "[auth.email]\nenable_confirmations = true\nsecure_password_change = true\n";
let project: Project;
let careful: Project;
let single: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
  careful = await startWithConfig(CAREFUL);
  single = await startWithConfig(`${CAREFUL}double_confirm_changes = false\n`);
});
afterAll(async () => {
  for (const each of [project, careful, single]) await each?.stop();
});

describe("metadata and passwords", () => {
  it("AP1 metadata is merged, null takes a key away, and the app's metadata is not theirs", async () => {
    const ada = await newPerson(project);
    const { data } = await ada.client.auth.updateUser({ data: { color: "red", name: null } });
    expect(data.user?.user_metadata).toMatchObject({ color: "red", email: ada.email });
    expect(data.user?.user_metadata).not.toHaveProperty("name");
    const body = { app_metadata: { plan: "pro" } } as object;
    const refused = await ada.client.auth.updateUser(body);
    expect(refused.error).toMatchObject({ status: 403, code: "not_admin" });
  });

  it("AP2 the same password, and a weak one, are refused", async () => {
    const ada = await newPerson(project);
    const change = (password: string) => ada.client.auth.updateUser({ password });
    expect((await change(ada.password)).error).toMatchObject({ status: 422, code: "same_password" });
    expect((await change("short")).error).toMatchObject({ status: 422, code: "weak_password" });
    expect((await change("x".repeat(73))).error).toMatchObject({ status: 400, code: "validation_failed" });
    await signIn(project, ada.email, ada.password);
  });

  it("AP3 a new password ends the other sessions and takes back the codes that are out", async () => {
    const ada = await newPerson(project);
    const other = await signIn(project, ada.email, ada.password);
    const link = await service(project).auth.admin.generateLink({ type: "magiclink", email: ada.email });
    expect((await ada.client.auth.updateUser({ password: PASSWORD })).error).toBeNull();
    expect((await other.client.auth.getUser()).error?.name).toBe("AuthSessionMissingError");
    expect((await ada.client.auth.refreshSession()).error).toBeNull();
    const token_hash = link.data.properties?.hashed_token ?? "";
    const { error } = await anonymous(project).auth.verifyOtp({ type: "magiclink", token_hash });
    expect(error?.code).toBe("otp_expired");
  });

  it("AP4 a nonce comes by mail and is good once", async (context) => {
    needsStandIn(context, careful, "has an outbox");
    const { email = "" } = await madePerson(careful);
    const { client } = await signIn(careful, email);
    expect((await client.auth.reauthenticate()).error).toBeNull();
    const mail = await newestMail(careful, email);
    expect(mail).toMatchObject({
      type: "reauthentication",
      token: expect.stringMatching(/^\d{6}$/),
      link: null,
    });
    // A session younger than a day needs none.
    expect((await client.auth.updateUser({ password: "a fresh session may" })).error).toBeNull();
  });

  it("AP5 without a session of today a password needs the nonce", async (context) => {
    needsStandIn(context, careful, "shows its secrets, for a token without a session");
    const { email = "", id } = await madePerson(careful);
    const { jwtSecret } = await secretsOf(careful);
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const token = hs256(jwtSecret, { sub: id, role: "authenticated", aud: "authenticated", exp });
    const change = async (more: object) => {
      const body = JSON.stringify({ password: "changed with a nonce", ...more });
      const answer = await call(careful, "/user", { method: "PUT", body }, token);
      return { status: answer.status, ...((await answer.json()) as { error_code?: string }) };
    };
    expect(await change({})).toMatchObject({ status: 400, error_code: "reauthentication_needed" });
    const nobodys = { status: 422, error_code: "reauthentication_not_valid" };
    expect(await change({ nonce: "123456" })).toMatchObject(nobodys);
    await call(careful, "/reauthenticate", {}, token);
    const { token: nonce } = await newestMail(careful, email);
    expect((await change({ nonce })).status).toBe(200);
    expect(await change({ nonce, password: "and once more" })).toMatchObject(nobodys);
    await signIn(careful, email, "changed with a nonce");
  });
});

describe("a new address", () => {
  it("AP6 counts once both mailboxes agreed", async (context) => {
    needsStandIn(context, careful, "has an outbox");
    const { email = "" } = await madePerson(careful);
    const { client } = await signIn(careful, email);
    const changed = freshEmail("new");
    const asked = await client.auth.updateUser({ email: changed });
    expect(asked.data.user).toMatchObject({ email, new_email: changed });
    const [atOld, atNew] = [await newestMail(careful, email), await newestMail(careful, changed)];
    const verify = (token_hash: string) =>
      anonymous(careful).auth.verifyOtp({ type: "email_change", token_hash });
    const first = await verify(atNew.tokenHash);
    expect([first.error, first.data.session]).toEqual([null, null]);
    await signIn(careful, email);
    expect((await verify(atOld.tokenHash)).data.user).toMatchObject({ email: changed });
    await signIn(careful, changed);
    expect((await verify(atOld.tokenHash)).error?.code).toBe("otp_expired");
  });

  it("AP7 is confirmed by digits, too, in either order", async (context) => {
    needsStandIn(context, careful, "has an outbox");
    const { email = "" } = await madePerson(careful);
    const { client } = await signIn(careful, email);
    const changed = freshEmail("new");
    await client.auth.updateUser({ email: changed });
    const { auth } = anonymous(careful);
    const type = "email_change";
    const { token } = await newestMail(careful, email);
    expect((await auth.verifyOtp({ email, token, type })).error).toBeNull();
    const second = { email: changed, token: (await newestMail(careful, changed)).token, type } as const;
    expect((await auth.verifyOtp(second)).data.user?.email).toBe(changed);
  });

  it("AP8 says by link what is missing, and with PKCE leads back with a code", async (context) => {
    needsStandIn(context, careful, "has an outbox");
    const { email = "" } = await madePerson(careful);
    const asking = pkceClient(careful);
    await asking.auth.signInWithPassword({ email, password: PASSWORD });
    const changed = freshEmail("new");
    await asking.auth.updateUser({ email: changed });
    const first = await follow((await newestMail(careful, changed)).link);
    expect(first.target.searchParams.get("message")).toMatch(/^Confirmation link accepted/);
    const second = await follow((await newestMail(careful, email)).link);
    const code = second.target.searchParams.get("code") ?? "";
    expect((await asking.auth.exchangeCodeForSession(code)).data.user?.email).toBe(changed);
  });

  it("AP9 needs the new mailbox only where the config says so, and is mailed again on demand", async (context) => {
    needsStandIn(context, single, "has an outbox");
    const { email = "" } = await madePerson(single);
    const { client } = await signIn(single, email);
    const changed = freshEmail("new");
    await client.auth.updateUser({ email: changed });
    expect(await outbox(single, email)).toEqual([]);
    await anonymous(single).auth.resend({ type: "email_change", email });
    expect(await outbox(single, changed)).toHaveLength(2);
    const { token } = await newestMail(single, changed);
    const { data } = await anonymous(single).auth.verifyOtp({ email: changed, token, type: "email_change" });
    expect(data.user?.email).toBe(changed);
  });

  it("AP10 that is taken, or none, is refused", async () => {
    const [ada, { email = "" }] = [await newPerson(project), await madePerson(project)];
    const taken = await ada.client.auth.updateUser({ email: email.toUpperCase() });
    expect(taken.error).toMatchObject({ status: 422, code: "email_exists" });
    const none = await ada.client.auth.updateUser({ email: "nowhere" });
    expect(none.error).toMatchObject({ status: 400, code: "validation_failed" });
  });
});
