/** New accounts: confirmed at once or by mail, anonymous ones, and projects that take none. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  decode,
  follow,
  freshEmail,
  needsStandIn,
  newestMail,
  outbox,
  PASSWORD,
  pkceClient,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, newPerson, type Project, service } from "./stand-in.ts";

const OPEN = "[auth]\nminimum_password_length = 8\nenable_anonymous_sign_ins = true\n";
const CLOSED = "[auth]\nenable_signup = false\n";
let project: Project;
let strict: Project;
let closed: Project;
beforeAll(async () => {
  project = await startWithConfig(OPEN);
  strict = await startWithConfig(OPEN, ["--confirm-email"]);
  closed = await startWithConfig(CLOSED);
});
afterAll(async () => {
  for (const each of [project, strict, closed]) await each?.stop();
});

describe("with a confirmation at once", () => {
  it("AS1 the person, the identity and the token hold what hosted ones hold", async () => {
    const ada = await newPerson(project);
    const { data } = await ada.client.auth.getSession();
    const said = { sub: ada.id, email: ada.email, email_verified: false, phone_verified: false };
    expect(data.session).toMatchObject({ token_type: "bearer", expires_in: 3_600 });
    expect(data.session?.user).toMatchObject({
      id: ada.id,
      aud: "authenticated",
      role: "authenticated",
      email: ada.email,
      phone: "",
      app_metadata: { provider: "email", providers: ["email"] },
      user_metadata: { ...said, email_verified: true, name: "Ada" },
      identities: [{ id: ada.id, user_id: ada.id, provider: "email", email: ada.email, identity_data: said }],
      is_anonymous: false,
    });
    expect(decode(data.session?.access_token ?? "")).toMatchObject({
      iss: `${project.url}/auth/v1`,
      aud: "authenticated",
      sub: ada.id,
      aal: "aal1",
      amr: [{ method: "password", timestamp: expect.any(Number) }],
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      app_metadata: { provider: "email" },
      user_metadata: { name: "Ada" },
      is_anonymous: false,
    });
  });

  it("AS2 a weak password says how it is weak, a long one that it is too long", async () => {
    const { auth } = anonymous(project);
    const weak = await auth.signUp({ email: freshEmail(), password: "short" });
    expect(weak.error).toMatchObject({ status: 422, code: "weak_password", reasons: ["length"] });
    const long = await auth.signUp({ email: freshEmail(), password: "x".repeat(73) });
    expect(long.error).toMatchObject({ status: 400, code: "validation_failed" });
    const none = await auth.signUp({ email: freshEmail(), password: "" });
    expect(none.error).toMatchObject({ status: 400, code: "validation_failed" });
  });

  it("AS3 what is no address is refused", async () => {
    for (const email of [
      "ada",
      "ada@",
      "@example.com",
      "a b@example.com",
      `${"a".repeat(250)}@example.com`,
    ]) {
      const { error } = await anonymous(project).auth.signUp({ email, password: PASSWORD });
      expect(error).toMatchObject({ status: 400, code: "validation_failed" });
    }
  });

  it("AS16 an address is taken for one by its form, without a look for its mail server", async (context) => {
    needsStandIn(context, project, "has no network to look in");
    const email = `ada-${crypto.randomUUID()}@nowhere.invalid`;
    expect((await anonymous(project).auth.signUp({ email, password: PASSWORD })).error).toBeNull();
  });

  it("AS4 two who take one address at once do not both get it", async () => {
    const email = freshEmail();
    const attempts = await Promise.all(
      [1, 2, 3, 4].map(() => anonymous(project).auth.signUp({ email, password: PASSWORD })),
    );
    expect(attempts.filter(({ error }) => error === null)).toHaveLength(1);
    await signIn(project, email);
  });

  it("AS5 a body that is not JSON, or of other types, is refused as such", async () => {
    for (const body of ["{", "[]", JSON.stringify({ email: 7, password: PASSWORD })]) {
      const answer = await call(project, "/signup", { method: "POST", body });
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { code: 400, error_code: "bad_json" },
      ]);
    }
  });

  it("AS6 a project that takes no new people says so, and keeps those it has", async (context) => {
    needsStandIn(context, closed, "can be closed by its config");
    const { auth } = anonymous(closed);
    const refused = { status: 422, code: "signup_disabled" };
    expect((await auth.signUp({ email: freshEmail(), password: PASSWORD })).error).toMatchObject(refused);
    expect((await auth.signInWithOtp({ email: freshEmail() })).error).toMatchObject(refused);
    const email = freshEmail();
    await service(closed).auth.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    await signIn(closed, email);
  });
});

describe("with a confirmation by mail", () => {
  it("AS7 the link confirms, and signs in", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const email = freshEmail();
    const made = await anonymous(strict).auth.signUp({ email, password: PASSWORD });
    expect(made.data).toMatchObject({
      session: null,
      user: { email, confirmation_sent_at: expect.any(String) },
    });
    const { target } = await follow((await newestMail(strict, email)).link);
    expect(new URLSearchParams(target.hash.slice(1)).get("type")).toBe("signup");
    const { client } = await signIn(strict, email);
    const { data } = await client.auth.getUser();
    expect(data.user).toMatchObject({ id: made.data.user?.id, email_confirmed_at: expect.any(String) });
    expect(data.user?.identities?.[0]?.identity_data).toMatchObject({ email_verified: true });
  });

  it("AS8 signing up again before it sends another mail and keeps the first password", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const email = freshEmail();
    const signUp = (password: string) => anonymous(strict).auth.signUp({ email, password });
    const [first, second] = [await signUp(PASSWORD), await signUp("another long one")];
    expect(second.data.user?.id).toBe(first.data.user?.id);
    const [newer, older] = await outbox(strict, email);
    const verify = (token_hash = "") => anonymous(strict).auth.verifyOtp({ type: "signup", token_hash });
    expect((await verify(older?.tokenHash)).error?.code).toBe("otp_expired");
    expect((await verify(newer?.tokenHash)).error).toBeNull();
    await signIn(strict, email);
  });

  it("AS9 resend mails the confirmation again", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const email = freshEmail();
    await anonymous(strict).auth.signUp({ email, password: PASSWORD });
    expect((await anonymous(strict).auth.resend({ type: "signup", email })).error).toBeNull();
    const mails = await outbox(strict, email);
    expect(mails.map(({ type }) => type)).toEqual(["signup", "signup"]);
    const token = mails[0]?.token ?? "";
    expect((await anonymous(strict).auth.verifyOtp({ type: "signup", email, token })).error).toBeNull();
  });

  it("AS10 a sign-up with PKCE comes back with a code for the browser that asked", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const email = freshEmail();
    const asking = pkceClient(strict);
    await asking.auth.signUp({ email, password: PASSWORD });
    const { target } = await follow((await newestMail(strict, email)).link);
    const { data } = await asking.auth.exchangeCodeForSession(target.searchParams.get("code") ?? "");
    expect(decode(data.session?.access_token ?? "").amr).toMatchObject([{ method: "email/signup" }]);
  });

  it("AS11 a one-time code for a new address is the confirmation", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const email = freshEmail();
    await anonymous(strict).auth.signInWithOtp({ email });
    const mail = await newestMail(strict, email);
    expect(mail.type).toBe("signup");
    const { data } = await anonymous(strict).auth.verifyOtp({ email, token: mail.token, type: "email" });
    expect(data.session?.user.email).toBe(email);
  });
});

describe("anonymous people", () => {
  const isOff = async ({ url, publishableKey }: Project) => {
    const answer = await fetch(`${url}/auth/v1/settings`, { headers: { apikey: publishableKey } });
    const { external } = (await answer.json()) as { external: { anonymous_users: boolean } };
    return !external.anonymous_users;
  };

  it("AS12 sign in without an address where that is switched on, and their token says so", async (context) => {
    if (await isOff(project)) context.skip("anonymous sign-ins are off in this project");
    const client = anonymous(project);
    const { data } = await client.auth.signInAnonymously({ options: { data: { color: "red" } } });
    expect(data.user).toMatchObject({
      email: "",
      is_anonymous: true,
      user_metadata: { color: "red" },
      identities: [],
    });
    expect(decode(data.session?.access_token ?? "")).toMatchObject({
      is_anonymous: true,
      role: "authenticated",
      amr: [{ method: "anonymous" }],
    });
    expect((await client.auth.refreshSession()).data.user?.id).toBe(data.user?.id);
  });

  it("AS13 are refused where it is switched off, as it is by itself", async (context) => {
    if (!(await isOff(closed))) context.skip("anonymous sign-ins are on in this project");
    const { error } = await anonymous(closed).auth.signInAnonymously();
    expect(error).toMatchObject({ status: 422, code: "anonymous_provider_disabled" });
  });

  it("AS14 become somebody by an address and a password, and keep their id", async (context) => {
    if (await isOff(project)) context.skip("anonymous sign-ins are off in this project");
    const client = anonymous(project);
    const { data: before } = await client.auth.signInAnonymously();
    const early = await client.auth.updateUser({ password: PASSWORD });
    expect(early.error).toMatchObject({ status: 422, code: "validation_failed" });
    const email = freshEmail();
    const { data } = await client.auth.updateUser({ email, password: PASSWORD });
    expect(data.user).toMatchObject({ id: before.user?.id, email, is_anonymous: false });
    expect(data.user?.app_metadata).toMatchObject({ provider: "email", providers: ["email"] });
    const { accessToken } = await signIn(project, email);
    expect(decode(accessToken)).toMatchObject({ sub: before.user?.id, is_anonymous: false });
  });

  it("AS15 become somebody by a mail where addresses are confirmed", async (context) => {
    needsStandIn(context, strict, "has an outbox");
    const client = anonymous(strict);
    const { data: before } = await client.auth.signInAnonymously();
    const email = freshEmail();
    const asked = await client.auth.updateUser({ email });
    expect(asked.data.user).toMatchObject({ new_email: email, is_anonymous: true });
    const { token } = await newestMail(strict, email);
    const { data } = await anonymous(strict).auth.verifyOtp({ email, token, type: "email_change" });
    expect(data.user).toMatchObject({ id: before.user?.id, email, is_anonymous: false });
    expect((await client.auth.updateUser({ password: PASSWORD })).error).toBeNull();
    await signIn(strict, email);
  });
});
