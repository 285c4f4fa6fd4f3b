/** `auth.admin` as supabase-js offers it, in GoTrue's codes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  madePerson,
  needsStandIn,
  PASSWORD,
  refresh,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, type Project, service } from "./stand-in.ts";

let project: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
});
afterAll(() => project?.stop());

const admin = () => service(project).auth.admin;
const nobody = "00000000-1111-4222-8333-444444444444";

describe("making people", () => {
  it("AA1 a made person has the id, the role and the metadata that were given, and is not confirmed", async () => {
    const id = crypto.randomUUID();
    const email = freshEmail().toUpperCase();
    const { data } = await admin().createUser({
      id,
      email,
      role: "service_role",
      user_metadata: { name: "Ada" },
      app_metadata: { plan: "pro" },
    });
    expect(data.user).toMatchObject({
      id,
      email: email.toLowerCase(),
      role: "service_role",
      user_metadata: { name: "Ada" },
      app_metadata: { plan: "pro", provider: "email", providers: ["email"] },
    });
    expect(data.user?.email_confirmed_at).toBeUndefined();
    expect(data.user?.identities).toMatchObject([{ provider: "email", id, identity_data: { sub: id } }]);
    const { error } = await anonymous(project).auth.signInWithPassword({ email, password: PASSWORD });
    expect(error).toMatchObject({ status: 400, code: "invalid_credentials" });
  });

  it("AA2 an unconfirmed person with the right password is told so", async () => {
    const email = freshEmail();
    await admin().createUser({ email, password: PASSWORD });
    const { error } = await anonymous(project).auth.signInWithPassword({ email, password: PASSWORD });
    expect(error).toMatchObject({ status: 400, code: "email_not_confirmed" });
  });

  it("AA3 a password comes as a bcrypt hash, too, but not both ways", async () => {
    // "correct horse" at cost 4
    const password_hash = "$2a$04$Orqmo0XDLFFhFBJY4aqnSuxPXAATDwRCCOxk7D1GcrZ5tkXVUyKCC";
    const email = freshEmail();
    const made = await admin().createUser({ email, password_hash, email_confirm: true });
    expect(made.error).toBeNull();
    await signIn(project, email, "correct horse");
    const both = await admin().createUser({ email: freshEmail(), password_hash, password: PASSWORD });
    expect(both.error).toMatchObject({ status: 400, code: "validation_failed" });
  });

  it("AA23 hashes of other kinds than bcrypt are refused", async (context) => {
    needsStandIn(context, project, "knows no other kind");
    const kinds = [
      "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA",
      "$fbscrypt$v=1,n=14,r=8,p=1,ss=,sk=$a$b",
      "plain",
    ];
    for (const password_hash of kinds) {
      const { error } = await admin().createUser({ email: freshEmail(), password_hash });
      expect(error).toMatchObject({ status: 400, code: "validation_failed" });
    }
  });

  it("AA4 a taken address, no address, a bad id and a bad ban are refused", async () => {
    const { email } = await madePerson(project);
    const attempts = [
      { email: email?.toUpperCase() ?? "" },
      { password: PASSWORD },
      { email: freshEmail(), id: "7" },
      { email: freshEmail(), ban_duration: "soon" },
      { email: "no address" },
    ];
    const errors = [];
    for (const attempt of attempts) errors.push((await admin().createUser(attempt)).error);
    expect(errors.map((error) => [error?.status, error?.code])).toEqual([
      [422, "email_exists"],
      [400, "validation_failed"],
      [400, "validation_failed"],
      [400, "validation_failed"],
      [400, "validation_failed"],
    ]);
  });

  it("AA5 a phone number can be noted, once", async () => {
    const phone = `49${Math.floor(Math.random() * 1e9)}`.padEnd(12, "1");
    const { data } = await admin().createUser({ phone: `+${phone}`, phone_confirm: true });
    expect(data.user).toMatchObject({ phone, app_metadata: { provider: "phone", providers: ["phone"] } });
    expect((await admin().createUser({ phone })).error).toMatchObject({ status: 422, code: "phone_exists" });
  });
});

describe("finding people", () => {
  it("AA6 the list comes in pages, the newest first, and says how many there are", async () => {
    const made = [];
    for (const _ of [1, 2, 3]) made.push(await madePerson(project));
    const first = await admin().listUsers({ page: 1, perPage: 2 });
    expect(first.data.users.map(({ id }) => id)).toEqual([made[2]?.id, made[1]?.id]);
    expect(first.data).toMatchObject({ aud: "authenticated", nextPage: 2 });
    const second = await admin().listUsers({ page: 2, perPage: 2 });
    expect(second.data.users[0]?.id).toBe(made[0]?.id);
    const { total } = first.data as { total: number };
    const last = await admin().listUsers({ page: 1, perPage: total });
    expect(last.data.users).toHaveLength(total);
    expect(last.data).toMatchObject({ nextPage: null });
  });

  it("AA7 a page past the end is empty, and pages are numbers above 0", async () => {
    expect((await admin().listUsers({ page: 9_999, perPage: 50 })).data.users).toEqual([]);
    for (const query of ["per_page=0", "page=one"]) {
      const answer = await call(project, `/admin/users?${query}`, { headers: { apikey: project.secretKey } });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: "validation_failed" }]);
    }
  });

  it("AA8 somebody is found by id; nobody, and what is no id, are not", async () => {
    const { id, email } = await madePerson(project);
    expect((await admin().getUserById(id)).data.user).toMatchObject({ id, email });
    expect((await admin().getUserById(nobody)).error).toMatchObject({ status: 404, code: "user_not_found" });
    const answer = await call(project, "/admin/users/7", { headers: { apikey: project.secretKey } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error_code: "validation_failed" }]);
  });

  it("AA9 no secret shows: neither passwords nor codes", async () => {
    const { id, email } = await madePerson(project);
    await admin().generateLink({ type: "recovery", email: email ?? "" });
    const { data } = await admin().getUserById(id);
    expect(Object.keys(data.user ?? {}).filter((key) => /password|token/.test(key))).toEqual([]);
  });
});

describe("changing people", () => {
  it("AA10 metadata is merged key by key, and null takes a key away", async () => {
    const { id } = await madePerson(project);
    await admin().updateUserById(id, { user_metadata: { a: 1, b: { c: 2 } }, app_metadata: { plan: "pro" } });
    const { data } = await admin().updateUserById(id, {
      user_metadata: { a: null, d: 3 },
      app_metadata: { plan: null },
    });
    expect(data.user?.user_metadata).toEqual({ email_verified: true, b: { c: 2 }, d: 3 });
    expect(data.user?.app_metadata).toEqual({ provider: "email", providers: ["email"] });
  });

  it("AA11 a new address counts at once, and the old one no more", async () => {
    const { id, email } = await madePerson(project);
    const changed = freshEmail("grace");
    const { data } = await admin().updateUserById(id, { email: changed, email_confirm: true });
    expect(data.user?.email).toBe(changed);
    expect(data.user?.identities?.[0]?.identity_data).toMatchObject({ email: changed, email_verified: true });
    await signIn(project, changed);
    const { error } = await anonymous(project).auth.signInWithPassword({
      email: email ?? "",
      password: PASSWORD,
    });
    expect(error?.code).toBe("invalid_credentials");
  });

  it("AA12 a new password ends every session, and a weak one is refused", async () => {
    const { id, email } = await madePerson(project);
    const { client, refreshToken } = await signIn(project, email ?? "");
    expect((await admin().updateUserById(id, { password: "short" })).error).toMatchObject({
      status: 422,
      code: "weak_password",
    });
    expect((await admin().updateUserById(id, { password: "set by the admin" })).error).toBeNull();
    expect((await client.auth.getUser()).error?.name).toBe("AuthSessionMissingError");
    expect((await refresh(project, refreshToken)).error).toMatchObject({ code: "refresh_token_not_found" });
    await signIn(project, email ?? "", "set by the admin");
  });

  it("AA13 a banned person neither signs in nor refreshes, until the ban is lifted", async () => {
    const { id, email } = await madePerson(project);
    const { refreshToken } = await signIn(project, email ?? "");
    const banned = await admin().updateUserById(id, { ban_duration: "1h30m" });
    const until = new Date(
      (banned.data.user as { banned_until?: string } | null)?.banned_until ?? 0,
    ).getTime();
    expect(Math.round((until - Date.now()) / 60_000)).toBeGreaterThanOrEqual(89);
    const { error } = await anonymous(project).auth.signInWithPassword({
      email: email ?? "",
      password: PASSWORD,
    });
    expect(error).toMatchObject({ status: 400, code: "user_banned" });
    expect((await refresh(project, refreshToken)).error).toMatchObject({ status: 400, code: "user_banned" });
    const lifted = await admin().updateUserById(id, { ban_duration: "none" });
    expect(lifted.data.user).not.toHaveProperty("banned_until");
    expect((await refresh(project, refreshToken)).error).toBeNull();
  });

  it("AA14 a banned person's codes are refused, too", async () => {
    const { id, email } = await madePerson(project);
    const { data } = await admin().generateLink({ type: "magiclink", email: email ?? "" });
    await admin().updateUserById(id, { ban_duration: "24h" });
    const token_hash = data.properties?.hashed_token ?? "";
    const { error } = await anonymous(project).auth.verifyOtp({ type: "magiclink", token_hash });
    expect(error).toMatchObject({ status: 403, code: "user_banned" });
  });
});

describe("removing people", () => {
  it("AA15 a removed person is gone with the sessions, and the address is free", async () => {
    const { id, email } = await madePerson(project);
    const { client } = await signIn(project, email ?? "");
    expect((await admin().deleteUser(id)).error).toBeNull();
    expect((await client.auth.getUser()).error).toMatchObject({ status: 403, code: "user_not_found" });
    expect((await admin().deleteUser(id)).error).toMatchObject({ status: 404, code: "user_not_found" });
    await madePerson(project, email);
  });

  it("AA16 a softly removed person keeps the id only", async () => {
    const { id, email } = await madePerson(project);
    const { refreshToken } = await signIn(project, email ?? "");
    expect((await admin().deleteUser(id, true)).error).toBeNull();
    const { data } = await admin().getUserById(id);
    expect(data.user?.email).not.toContain("@");
    expect(data.user).toMatchObject({
      id,
      user_metadata: {},
      app_metadata: {},
      deleted_at: expect.any(String),
    });
    expect((await refresh(project, refreshToken)).error?.code).toBe("refresh_token_not_found");
    await madePerson(project, email);
  });
});
