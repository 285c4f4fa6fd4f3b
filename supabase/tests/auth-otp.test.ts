/** Codes and links: every type that the client offers, used once, refused afterwards. */
import type { EmailOtpType } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  decode,
  follow,
  freshEmail,
  madePerson,
  needsStandIn,
  newestMail,
  outbox,
  PASSWORD,
  pkceClient,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, type Project, service } from "./stand-in.ts";

let project: Project;
let hasty: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
  hasty = await startWithConfig("[auth.email]\notp_expiry = 0\notp_length = 8\n");
});
afterAll(async () => {
  await project?.stop();
  await hasty?.stop();
});

const expired = { status: 403, code: "otp_expired" };

async function linkFor(type: "signup" | "invite" | "magiclink" | "recovery", at: Project = project) {
  const email = freshEmail();
  if (type === "magiclink" || type === "recovery") await madePerson(at, email);
  const { admin } = service(at).auth;
  const { data } =
    type === "signup"
      ? await admin.generateLink({ type, email, password: PASSWORD })
      : await admin.generateLink({ type, email });
  if (!data.properties) throw new Error(`no link of type ${type}`);
  return { email, ...data.properties };
}

const types = ["signup", "invite", "magiclink", "recovery"] as const;

describe("a code", () => {
  it.each(types)("AO1 of type %s signs in once, by address and digits", async (type) => {
    const { email, email_otp: token } = await linkFor(type);
    const open = () => anonymous(project).auth.verifyOtp({ email, token, type });
    expect((await open()).data.session?.user.email).toBe(email);
    expect((await open()).error).toMatchObject(expired);
  });

  it.each(types)("AO2 of type %s signs in once, by its hash", async (type) => {
    const { email, hashed_token: token_hash } = await linkFor(type);
    const open = () => anonymous(project).auth.verifyOtp({ token_hash, type });
    expect((await open()).data.session?.user.email).toBe(email);
    expect((await open()).error).toMatchObject(expired);
  });

  it.each(types)("AO3 of type %s is good for type email, too", async (type) => {
    const byHash = await linkFor(type);
    const byDigits = await linkFor(type);
    const { auth } = anonymous(project);
    const first = await auth.verifyOtp({ token_hash: byHash.hashed_token, type: "email" });
    const { email, email_otp: token } = byDigits;
    const second = await auth.verifyOtp({ email, token, type: "email" });
    expect([first.error, second.error]).toEqual([null, null]);
  });

  it("AO4 is not good for another type, another person or another number", async () => {
    const { email, email_otp: token, hashed_token: token_hash } = await linkFor("recovery");
    const wrong = token === "000000" ? "000001" : "000000";
    const { auth } = anonymous(project);
    const attempts = [
      { email, token, type: "signup" as EmailOtpType },
      { email: freshEmail(), token, type: "recovery" as EmailOtpType },
      { email, token: wrong, type: "recovery" as EmailOtpType },
      { token_hash, type: "signup" as EmailOtpType },
      { token_hash: `${token_hash}0`, type: "recovery" as EmailOtpType },
    ];
    for (const attempt of attempts) expect((await auth.verifyOtp(attempt)).error).toMatchObject(expired);
    expect((await auth.verifyOtp({ email, token, type: "recovery" })).error).toBeNull();
  });

  it("AO5 is replaced by the next of its kind", async () => {
    const { email, email_otp: token } = await linkFor("magiclink");
    await service(project).auth.admin.generateLink({ type: "recovery", email });
    const { error } = await anonymous(project).auth.verifyOtp({ email, token, type: "magiclink" });
    expect(error).toMatchObject(expired);
  });

  it("AO6 runs out", async (context) => {
    needsStandIn(context, hasty, "lets codes run out at once");
    const { email, email_otp: token, hashed_token: token_hash } = await linkFor("recovery", hasty);
    expect(token).toMatch(/^\d{8}$/);
    const { auth } = anonymous(hasty);
    expect((await auth.verifyOtp({ email, token, type: "recovery" })).error).toMatchObject(expired);
    expect((await auth.verifyOtp({ token_hash, type: "recovery" })).error).toMatchObject(expired);
  });

  it("AO7 is asked for with a type and either digits or a hash", async () => {
    const bodies = [
      { email: "a@example.com", token: "123456" },
      { type: "magiclink" },
      { type: "magiclink", token: "123456" },
      { type: "magiclink", token: "123456", token_hash: "abc" },
      { type: "nonsense", email: "a@example.com", token: "123456" },
      { type: "magiclink", token_hash: "abc", email: "a@example.com" },
    ];
    for (const body of bodies) {
      const answer = await call(project, "/verify", { method: "POST", body: JSON.stringify(body) });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: "validation_failed" }]);
    }
  });
});

describe("signInWithOtp", () => {
  it("AO8 makes an account for a new address and mails a link and six digits", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const email = freshEmail();
    const { error } = await anonymous(project).auth.signInWithOtp({
      email,
      options: { data: { name: "Ada" } },
    });
    expect(error).toBeNull();
    const mail = await newestMail(project, email);
    expect(mail).toMatchObject({ type: "magiclink", token: expect.stringMatching(/^\d{6}$/) });
    const { data } = await anonymous(project).auth.verifyOtp({ email, token: mail.token, type: "email" });
    expect(data.user).toMatchObject({ email, user_metadata: { name: "Ada" } });
    expect(decode(data.session?.access_token ?? "").amr).toMatchObject([{ method: "otp" }]);
  });

  it("AO9 makes none when told so", async () => {
    const email = freshEmail();
    const options = { shouldCreateUser: false };
    const { error } = await anonymous(project).auth.signInWithOtp({ email, options });
    expect(error).toMatchObject({ status: 422, code: "otp_disabled" });
    const known = await madePerson(project);
    const sent = await anonymous(project).auth.signInWithOtp({ email: known.email ?? "", options });
    expect(sent.error).toBeNull();
  });

  it("AO10 by phone is refused where no provider is", async () => {
    const { auth } = anonymous(project);
    const attempts = [
      await auth.signInWithOtp({ phone: "+49301234567" }),
      await auth.signUp({ phone: "+49301234567", password: PASSWORD }),
      await auth.resend({ type: "sms", phone: "+49301234567" }),
      await auth.signInWithPassword({ phone: "+49301234567", password: PASSWORD }),
    ];
    expect(attempts.map(({ error }) => [error?.status, error?.code])).toEqual([
      [400, "phone_provider_disabled"],
      [400, "phone_provider_disabled"],
      [400, "phone_provider_disabled"],
      [422, "phone_provider_disabled"],
    ]);
    const verified = await auth.verifyOtp({ phone: "+49301234567", token: "123456", type: "sms" });
    expect(verified.error).toMatchObject(expired);
  });
});

describe("a link", () => {
  it("AO11 leads to the pages with a session in the fragment, once", async () => {
    const { action_link: link, email } = await linkFor("magiclink");
    const { status, target } = await follow(link);
    expect([status, target.searchParams.size]).toEqual([303, 0]);
    const told = new URLSearchParams(target.hash.slice(1));
    expect(told.get("type")).toBe("magiclink");
    expect(decode(told.get("access_token") ?? "").email).toBe(email);
    const again = await follow(link);
    const why = new URLSearchParams(again.target.hash.slice(1));
    expect([again.status, why.get("error"), why.get("error_code")]).toEqual([
      303,
      "access_denied",
      "otp_expired",
    ]);
  });

  it("AO12 leads to no page that is not allowed", async () => {
    const email = freshEmail();
    const ask = async (redirectTo: string) => {
      const options = { redirectTo };
      const { data } = await service(project).auth.admin.generateLink({ type: "invite", email, options });
      return data.properties?.redirect_to;
    };
    const site = await ask("https://evil.example/steal");
    expect(site).not.toContain("evil");
    for (const bad of [
      "javascript:alert(1)",
      "https://2130706433/",
      "//evil.example",
      "https://10.0.0.1/x",
    ]) {
      expect(await ask(bad)).toBe(site);
    }
    expect(await ask(`${site}/deep?a=b`)).toBe(`${site}/deep?a=b`);
  });

  it("AO13 that was asked for with PKCE says in the query, too, that it was used", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const { email = "" } = await madePerson(project);
    const asking = pkceClient(project);
    await asking.auth.signInWithOtp({ email, options: { emailRedirectTo: "http://127.0.0.1:3000/in" } });
    const { link, tokenHash } = await newestMail(project, email);
    expect(tokenHash).toMatch(/^pkce_/);
    const first = await follow(link);
    const { data } = await asking.auth.exchangeCodeForSession(first.target.searchParams.get("code") ?? "");
    expect(decode(data.session?.access_token ?? "").amr).toMatchObject([{ method: "magiclink" }]);
    const second = await follow(link);
    expect(second.target.searchParams.get("error_code")).toBe("otp_expired");
  });

  it("AO14 of a recovery asked for with PKCE leaves its name in the token, and its code is used once", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const { email = "" } = await madePerson(project);
    const asking = pkceClient(project);
    await asking.auth.resetPasswordForEmail(email);
    const { target } = await follow((await newestMail(project, email)).link);
    const auth_code = target.searchParams.get("code") ?? "";
    const { data } = await asking.auth.exchangeCodeForSession(auth_code);
    expect(decode(data.session?.access_token ?? "").amr).toMatchObject([{ method: "recovery" }]);
    const body = JSON.stringify({ auth_code, code_verifier: "x".repeat(50) });
    const again = await call(project, "/token?grant_type=pkce", { method: "POST", body });
    expect([again.status, await again.json()]).toMatchObject([404, { error_code: "flow_state_not_found" }]);
  });
});

describe("recovery and resending", () => {
  it("AO15 a recovery for nobody is answered as for somebody, and mails nothing", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const email = freshEmail();
    expect((await anonymous(project).auth.resetPasswordForEmail(email)).error).toBeNull();
    expect(await outbox(project, email)).toEqual([]);
  });

  it("AO16 a recovered password replaces the old one and ends the sessions elsewhere", async () => {
    const { email, hashed_token: token_hash } = await linkFor("recovery");
    const elsewhere = await signIn(project, email);
    const client = anonymous(project);
    await client.auth.verifyOtp({ token_hash, type: "recovery" });
    expect((await client.auth.updateUser({ password: "remembered from now on" })).error).toBeNull();
    expect((await elsewhere.client.auth.getUser()).error?.name).toBe("AuthSessionMissingError");
    expect((await client.auth.getUser()).error).toBeNull();
    const old = await anonymous(project).auth.signInWithPassword({ email, password: PASSWORD });
    expect(old.error?.code).toBe("invalid_credentials");
  });

  it("AO17 resending asks for a type and an address, and tells nothing of who is known", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const { email = "" } = await madePerson(project);
    const { auth } = anonymous(project);
    expect((await auth.resend({ type: "signup", email: freshEmail() })).error).toBeNull();
    expect((await auth.resend({ type: "signup", email })).error).toBeNull();
    expect((await auth.resend({ type: "email_change", email })).error).toBeNull();
    expect(await outbox(project, email)).toEqual([]);
    const answer = await call(project, "/resend", {
      method: "POST",
      body: JSON.stringify({ type: "recovery", email }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: "validation_failed" }]);
  });
});
