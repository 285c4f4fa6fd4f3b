/** What is switched off in the product's project: second factors, providers, SSO, linking. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, startWithConfig } from "./auth-scene.ts";
import { anonymous, newPerson, type Person, type Project, service } from "./stand-in.ts";

let project: Project;
let ada: Person;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
  ada = await newPerson(project);
});
afterAll(() => project?.stop());

const needsOff = (context: { skip(why: string): void }) => {
  if (!project.standIn) context.skip("a hosted project may have it switched on");
};

describe("switched off", () => {
  it("AF1 second factors: none is enrolled, none is found, and the level stays aal1", async (context) => {
    needsOff(context);
    const { mfa } = ada.client.auth;
    const totp = await mfa.enroll({ factorType: "totp" });
    expect(totp.error).toMatchObject({ status: 422, code: "mfa_totp_enroll_not_enabled" });
    const phone = await mfa.enroll({ factorType: "phone", phone: "+49301234567" });
    expect(phone.error).toMatchObject({ status: 422, code: "mfa_phone_enroll_not_enabled" });
    const factorId = crypto.randomUUID();
    expect((await mfa.challenge({ factorId })).error).toMatchObject({
      status: 404,
      code: "mfa_factor_not_found",
    });
    expect((await mfa.unenroll({ factorId })).error).toMatchObject({ status: 404 });
    expect((await mfa.listFactors()).data).toMatchObject({ all: [], totp: [], phone: [] });
    expect((await mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: "aal1",
      nextLevel: "aal1",
    });
    const factors = await service(project).auth.admin.mfa.listFactors({ userId: ada.id });
    expect(factors.data?.factors).toEqual([]);
  });

  it("AF2 providers: the link that the client makes answers 400, an id token is refused", async (context) => {
    needsOff(context);
    const { data } = await anonymous(project).auth.signInWithOAuth({
      provider: "github",
      options: { skipBrowserRedirect: true },
    });
    const answer = await fetch(data.url ?? "", { redirect: "manual" });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { code: 400, error_code: "validation_failed", msg: "Unsupported provider: provider is not enabled" },
    ]);
    const { error } = await anonymous(project).auth.signInWithIdToken({ provider: "google", token: "a.b.c" });
    expect(error).toMatchObject({ status: 400, code: "provider_disabled" });
  });

  it("AF3 SSO and wallets", async (context) => {
    needsOff(context);
    const sso = await anonymous(project).auth.signInWithSSO({ domain: "example.com" });
    expect(sso.error).toMatchObject({ status: 404, code: "saml_provider_disabled" });
    const body = JSON.stringify({ chain: "solana", message: "m", signature: "s" });
    const web3 = await call(project, "/token?grant_type=web3", { method: "POST", body });
    expect([web3.status, await web3.json()]).toMatchObject([422, { error_code: "web3_provider_disabled" }]);
  });

  it("AF4 linking identities by hand", async (context) => {
    needsOff(context);
    const { data } = await ada.client.auth.getUserIdentities();
    expect(data?.identities).toMatchObject([{ provider: "email", user_id: ada.id }]);
    const [identity] = data?.identities ?? [];
    if (!identity) throw new Error("no identity");
    const refused = { status: 404, code: "manual_linking_disabled" };
    expect((await ada.client.auth.unlinkIdentity(identity)).error).toMatchObject(refused);
    expect((await ada.client.auth.linkIdentity({ provider: "github" })).error).toMatchObject(refused);
  });

  it("AF6 what config.toml switches on and is not here stays off", async (context) => {
    needsOff(context);
    const hopeful = await startWithConfig(
      "[auth.external.github]\nenabled = true\n[auth.mfa.totp]\nenroll_enabled = true\n[auth.captcha]\nenabled = true\n" +
        '[auth.hook.custom_access_token]\nenabled = true\nuri = "pg-functions://postgres/public/none"\n',
    );
    try {
      const settings = (await (await call(hopeful, "/settings")).json()) as { external: object };
      expect(settings.external).toMatchObject({ github: false, email: true });
      const grace = await newPerson(hopeful);
      const { error } = await grace.client.auth.mfa.enroll({ factorType: "totp" });
      expect(error?.code).toBe("mfa_totp_enroll_not_enabled");
    } finally {
      await hopeful.stop();
    }
  });

  it("AF5 the settings say so", async (context) => {
    needsOff(context);
    const answer = await call(project, "/settings");
    const settings = (await answer.json()) as { external: Record<string, boolean> };
    expect(settings).toMatchObject({ disable_signup: false, mailer_autoconfirm: true, saml_enabled: false });
    const on = Object.keys(settings.external).filter((name) => settings.external[name]);
    expect(on).toEqual(["email"]);
  });
});
