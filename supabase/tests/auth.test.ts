import { createHmac, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymous, newPerson, type Project, readKeys, service, startProject } from "./stand-in.ts";

let project: Project;
beforeAll(async () => {
  project = await startProject();
});
afterAll(() => project?.stop());

const headers = (extra: Record<string, string> = {}) => ({ apikey: project.publishableKey, ...extra });

describe("accounts", () => {
  it("AU1 signing up gives a session at once when no confirmation is asked for", async () => {
    const ada = await newPerson(project);
    const { data } = await ada.client.auth.getUser();
    expect(data.user).toMatchObject({ id: ada.id, email: ada.email, user_metadata: { name: "Ada" } });
  });

  it("AU2 a person signs out and in again with the password", async () => {
    const ada = await newPerson(project);
    expect((await ada.client.auth.signOut()).error).toBeNull();
    expect((await ada.client.auth.getSession()).data.session).toBeNull();
    const { data, error } = await ada.client.auth.signInWithPassword(ada);
    expect(error).toBeNull();
    expect(data.user?.id).toBe(ada.id);
  });

  it("AU3 a wrong password and an unknown address get the same answer", async () => {
    const ada = await newPerson(project);
    const wrong = await anonymous(project).auth.signInWithPassword({
      email: ada.email,
      password: "not this one",
    });
    const unknown = await anonymous(project).auth.signInWithPassword({
      email: `${randomUUID()}@example.com`,
      password: "not this one",
    });
    expect(wrong.error).toMatchObject({ status: 400, code: "invalid_credentials" });
    expect(unknown.error).toMatchObject({ status: 400, code: "invalid_credentials" });
    expect(unknown.error?.message).toBe(wrong.error?.message);
  });

  it("AU4 a weak password is refused as such", async () => {
    const email = `${randomUUID()}@example.com`;
    const { error } = await anonymous(project).auth.signUp({ email, password: "short" });
    expect(error).toMatchObject({ status: 422, code: "weak_password" });
  });

  it("AU5 signing up with a taken address gives neither a session nor another account", async () => {
    const ada = await newPerson(project);
    const again = await anonymous(project).auth.signUp({
      email: ada.email.toUpperCase(),
      password: "another long one",
    });
    expect(again.data.session).toBeNull();
    expect(again.error).toMatchObject({ code: "user_already_exists" });
    expect((await anonymous(project).auth.signInWithPassword(ada)).error).toBeNull();
  });
});

describe("tokens", () => {
  it("AU6 a session refreshes, and the new token is another one", async () => {
    const ada = await newPerson(project);
    const before = (await ada.client.auth.getSession()).data.session;
    const { data, error } = await ada.client.auth.refreshSession();
    expect(error).toBeNull();
    expect(data.session?.refresh_token).not.toBe(before?.refresh_token);
    expect((await ada.client.from("profiles").select("id").eq("id", ada.id)).data).toEqual([{ id: ada.id }]);
  });

  it("AU7 a refresh whose answer was lost can be asked again with the old token", async () => {
    const ada = await newPerson(project);
    const token = (await ada.client.auth.getSession()).data.session?.refresh_token ?? "";
    const refresh = () => anonymous(project).auth.refreshSession({ refresh_token: token });
    const [first, second] = [await refresh(), await refresh()];
    expect(first.error).toBeNull();
    expect(second.data.session?.refresh_token).toBe(first.data.session?.refresh_token);
  });

  it("AU8 getClaims verifies the token with the published key and without a request", async () => {
    const ada = await newPerson(project);
    await ada.client.auth.getClaims();
    const { data, error } = await ada.client.auth.getClaims();
    expect(error).toBeNull();
    expect(data?.header.alg).toBe("ES256");
    expect(data?.claims).toMatchObject({
      sub: ada.id,
      role: "authenticated",
      aud: "authenticated",
      email: ada.email,
    });
  });

  it("AU9 a signed-out session refreshes no more", async () => {
    const ada = await newPerson(project);
    const token = (await ada.client.auth.getSession()).data.session?.refresh_token ?? "";
    await ada.client.auth.signOut();
    const { error } = await anonymous(project).auth.refreshSession({ refresh_token: token });
    expect(error).toMatchObject({ status: 400 });
  });

  it("AU10 expired, forged and unsigned tokens are refused by REST and by auth", async () => {
    const ada = await newPerson(project);
    const { jwtSecret } = await readKeys(project);
    const bearer = {
      good: mint(jwtSecret, ada.id, 60),
      old: mint(jwtSecret, ada.id, -1),
      forged: mint("x", ada.id, 60),
    };
    const none = `${encode({ alg: "none" })}.${encode({ sub: ada.id, role: "service_role", exp: 4e9 })}.`;
    const status = async (path: string, token: string) =>
      (await fetch(project.url + path, { headers: headers({ authorization: `Bearer ${token}` }) })).status;
    expect(await status("/rest/v1/profiles", bearer.good)).toBe(200);
    for (const token of [bearer.old, bearer.forged, none]) {
      expect(await status("/rest/v1/profiles", token)).toBe(401);
      expect(await status("/auth/v1/user", token)).toBe(403);
    }
  });

  it("AU11 a request without a key, or with an unknown one, is refused", async () => {
    for (const path of ["/rest/v1/profiles", "/auth/v1/user"]) {
      expect((await fetch(project.url + path)).status).toBe(401);
      expect((await fetch(project.url + path, { headers: { apikey: "sb_publishable_guess" } })).status).toBe(
        401,
      );
    }
  });

  it("AU12 the secret key is refused from a browser", async () => {
    const answer = await fetch(`${project.url}/rest/v1/profiles`, {
      headers: { apikey: project.secretKey, "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" },
    });
    expect(answer.status).toBe(401);
  });
});

describe("administration", () => {
  it("AU13 the secret key makes, lists, changes and deletes people; a person does not", async () => {
    const { admin } = service(project).auth;
    const email = `${randomUUID()}@example.com`;
    const made = await admin.createUser({ email, password: "made by the admin", email_confirm: true });
    const id = made.data.user?.id ?? "";
    const signIn = (password: string) => anonymous(project).auth.signInWithPassword({ email, password });
    expect((await signIn("made by the admin")).error).toBeNull();
    expect((await admin.updateUserById(id, { password: "changed by the admin" })).error).toBeNull();
    expect((await signIn("changed by the admin")).error).toBeNull();
    expect((await admin.listUsers()).data.users.map((user) => user.id)).toContain(id);
    expect((await (await newPerson(project)).client.auth.admin.listUsers()).error).toMatchObject({
      status: 403,
    });
    expect((await admin.deleteUser(id)).error).toBeNull();
    expect((await signIn("changed by the admin")).error).toMatchObject({ code: "invalid_credentials" });
  });
});

describe("mail", () => {
  const outbox = async (to: string, from: Project = project) => {
    const answer = await fetch(`${from.url}/mail?to=${to}`, { headers: { apikey: from.secretKey } });
    return (await answer.json()) as { type: string; token: string; tokenHash: string; link: string }[];
  };

  it("AU14 a recovery mail lets its reader set a new password", async () => {
    const ada = await newPerson(project);
    await anonymous(project).auth.resetPasswordForEmail(ada.email, {
      redirectTo: "http://127.0.0.1:3000/reset",
    });
    const [mail] = await outbox(ada.email);
    expect(mail?.link).toContain(encodeURIComponent("http://127.0.0.1:3000/reset"));
    const client = anonymous(project);
    const opened = await client.auth.verifyOtp({ token_hash: mail?.tokenHash ?? "", type: "recovery" });
    expect(opened.data.user?.id).toBe(ada.id);
    expect((await client.auth.updateUser({ password: "a new long password" })).error).toBeNull();
    const { error } = await anonymous(project).auth.signInWithPassword({
      email: ada.email,
      password: "a new long password",
    });
    expect(error).toBeNull();
  });

  it("AU15 a magic link signs in once, by its code of type email", async () => {
    const ada = await newPerson(project);
    await anonymous(project).auth.signInWithOtp({ email: ada.email });
    const [mail] = await outbox(ada.email);
    const open = () =>
      anonymous(project).auth.verifyOtp({ email: ada.email, token: mail?.token ?? "", type: "email" });
    expect((await open()).data.user?.id).toBe(ada.id);
    expect((await open()).error).toMatchObject({ code: "otp_expired" });
  });

  it("AU18 a link asked for with PKCE leads back with a code for the browser that asked, and for no other", async () => {
    const ada = await newPerson(project);
    const asking = pkceClient(project);
    await asking.auth.resetPasswordForEmail(ada.email, {
      redirectTo: "http://localhost:3000/confirm?next=/reset",
    });
    const [mail] = await outbox(ada.email);
    const followed = await fetch(mail?.link ?? "", { redirect: "manual" });
    const target = new URL(followed.headers.get("location") ?? "");
    expect([followed.status, target.pathname, target.searchParams.get("next")]).toEqual([
      303,
      "/confirm",
      "/reset",
    ]);
    const code = target.searchParams.get("code") ?? "";
    expect(target.href).not.toContain("access_token");
    expect((await pkceClient(project).auth.exchangeCodeForSession(code)).error).not.toBeNull();
    expect((await asking.auth.exchangeCodeForSession(code)).data.user?.id).toBe(ada.id);
  });

  it("AU16 the outbox is shown to the secret key only, and to no other origin", async () => {
    const url = `${project.url}/mail`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: headers() })).status).toBe(401);
    const foreign = await fetch(url, {
      headers: { apikey: project.secretKey, origin: "http://evil.example" },
    });
    expect(foreign.status).toBe(403);
  });

  it("AU17 with confirmation by mail, sign-up waits for it and does not tell a taken address from a free one", async () => {
    const strict = await startProject({
      args: ["--confirm-email", "--migrations", resolve(import.meta.dirname, "schema")],
    });
    try {
      const email = `${randomUUID()}@example.com`;
      const signUp = () => anonymous(strict).auth.signUp({ email, password: "long enough for it" });
      const first = await signUp();
      expect(first).toMatchObject({ error: null, data: { session: null } });
      expect(
        (await anonymous(strict).auth.signInWithPassword({ email, password: "long enough for it" })).error,
      ).toMatchObject({
        code: "email_not_confirmed",
      });
      const [mail] = await outbox(email, strict);
      const opened = await anonymous(strict).auth.verifyOtp({
        token_hash: mail?.tokenHash ?? "",
        type: "email",
      });
      expect(opened.data.session).not.toBeNull();
      const again = await signUp();
      expect(again).toMatchObject({ error: null, data: { session: null } });
      expect(again.data.user?.id).not.toBe(opened.data.user?.id);
      expect(await outbox(email, strict)).toHaveLength(1);
    } finally {
      await strict.stop();
    }
  });
});

function pkceClient({ url, publishableKey }: Project) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const auth = { flowType: "pkce", storage, persistSession: true, autoRefreshToken: false } as const;
  return createClient(url, publishableKey, { auth: { ...auth, detectSessionInUrl: false } });
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function mint(secret: string, sub: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub, role: "authenticated", iat: now, exp: now + seconds })}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
