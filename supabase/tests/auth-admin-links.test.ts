/** `auth.admin` for links in hand, invitations and sessions of others, and who may not administer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decode,
  freshEmail,
  madePerson,
  needsStandIn,
  newestMail,
  PASSWORD,
  signIn,
  startWithConfig,
} from "./auth-scene.ts";
import { anonymous, newPerson, type Project, service } from "./stand-in.ts";

let project: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
});
afterAll(() => project?.stop());

const admin = () => service(project).auth.admin;

describe("links and sessions of others", () => {
  it("AA17 an invited person gets a mail, opens it and is signed in; a confirmed one is not invited", async (context) => {
    needsStandIn(context, project, "has an outbox");
    const email = freshEmail();
    const redirectTo = "http://127.0.0.1:3000/welcome";
    const { data } = await admin().inviteUserByEmail(email, { data: { name: "Ada" }, redirectTo });
    expect(data.user).toMatchObject({
      email,
      user_metadata: { name: "Ada" },
      invited_at: expect.any(String),
    });
    const mail = await newestMail(project, email);
    expect([mail.type, new URL(mail.link).searchParams.get("redirect_to")]).toEqual(["invite", redirectTo]);
    const opened = await anonymous(project).auth.verifyOtp({ type: "invite", token_hash: mail.tokenHash });
    expect(opened.data.user).toMatchObject({ id: data.user?.id, user_metadata: { name: "Ada" } });
    const again = await admin().inviteUserByEmail(email);
    expect(again.error).toMatchObject({ status: 422, code: "email_exists" });
  });

  it.each(["signup", "invite", "magiclink", "recovery"] as const)(
    "AA18 generateLink of type %s gives a link, a hash and a code that sign in",
    async (type) => {
      const email = freshEmail();
      if (type === "magiclink" || type === "recovery") await madePerson(project, email);
      const wish = { email, options: { redirectTo: "http://127.0.0.1:3000/in" } };
      const ask = () =>
        type === "signup"
          ? admin().generateLink({ type, password: PASSWORD, ...wish })
          : admin().generateLink({ type, ...wish });
      const { data, error } = await ask();
      expect(error).toBeNull();
      expect(data.properties).toMatchObject({
        verification_type: type,
        redirect_to: "http://127.0.0.1:3000/in",
        email_otp: expect.stringMatching(/^\d{6}$/),
      });
      const link = new URL(data.properties?.action_link ?? "");
      expect(link.searchParams.get("token")).toBe(data.properties?.hashed_token);
      const token = data.properties?.email_otp ?? "";
      const opened = await anonymous(project).auth.verifyOtp({ type, email, token });
      expect([opened.error, opened.data.user?.id]).toEqual([null, data.user?.id]);
    },
  );

  it("AA19 generateLink for a change of address asks both mailboxes; a magic link for nobody signs up", async () => {
    const { email = "" } = await madePerson(project);
    const newEmail = freshEmail("new");
    for (const type of ["email_change_current", "email_change_new"] as const) {
      const { data } = await admin().generateLink({ type, email, newEmail });
      expect(data.properties?.verification_type).toBe(type);
      expect(new URL(data.properties?.action_link ?? "").searchParams.get("type")).toBe("email_change");
    }
    const stranger = await admin().generateLink({ type: "magiclink", email: freshEmail() });
    expect(stranger.data.properties?.verification_type).toBe("signup");
    const nobody = await admin().generateLink({ type: "recovery", email: freshEmail() });
    expect(nobody.error).toMatchObject({ status: 404, code: "user_not_found" });
    const taken = await admin().generateLink({ type: "signup", email, password: PASSWORD });
    expect(taken.error).toMatchObject({ status: 422, code: "email_exists" });
  });

  it("AA20 the admin signs somebody out by their token, everywhere or only there", async () => {
    const { email = "" } = await madePerson(project);
    const [here, there] = [await signIn(project, email), await signIn(project, email)];
    expect((await admin().signOut(here.accessToken, "local")).error).toBeNull();
    expect((await here.client.auth.getUser()).error).not.toBeNull();
    expect((await there.client.auth.getUser()).error).toBeNull();
    await admin().signOut(there.accessToken, "global");
    expect((await there.client.auth.getUser()).error).not.toBeNull();
  });

  it("AA21 neither a person nor the publishable key administers", async () => {
    const ada = await newPerson(project);
    const { id } = await madePerson(project);
    for (const client of [ada.client, anonymous(project)]) {
      const { admin: asked } = client.auth;
      const errors = [
        (await asked.listUsers()).error,
        (await asked.getUserById(id)).error,
        (await asked.createUser({ email: freshEmail() })).error,
        (await asked.updateUserById(id, { role: "service_role" })).error,
        (await asked.deleteUser(id)).error,
        (await asked.inviteUserByEmail(freshEmail())).error,
        (await asked.generateLink({ type: "magiclink", email: ada.email })).error,
      ];
      expect(errors.map((error) => [error?.status, error?.code])).toEqual(
        errors.map(() => [403, "not_admin"]),
      );
    }
  });

  it("AA22 a made role goes into the token", async () => {
    const { email = "", id } = await madePerson(project);
    await admin().updateUserById(id, { role: "anon" });
    const { accessToken } = await signIn(project, email);
    expect(decode(accessToken)).toMatchObject({ role: "anon", sub: id });
  });
});
