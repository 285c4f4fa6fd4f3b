/** How often one may ask, where that is limited as on hosted projects. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, freshEmail, needsStandIn, outbox, PASSWORD, startWithConfig } from "./auth-scene.ts";
import { anonymous, type Project, service } from "./stand-in.ts";

const TOML = `[auth]
enable_anonymous_sign_ins = true
[auth.email]
enable_confirmations = true
max_frequency = "1m30s"
[auth.rate_limit]
email_sent = 4
anonymous_users = 3
sign_in_sign_ups = 1
token_refresh = 1
token_verifications = 1
`;
let project: Project;
beforeAll(async () => {
  project = await startWithConfig(TOML, ["--rate-limits"]);
});
afterAll(() => project?.stop());

const tooMany = { status: 429, code: "over_request_rate_limit" };

/** How many of so many in a row were answered before the first refusal, and that refusal. */
async function untilRefused<T extends { error: { status?: number | undefined } | null }>(
  ask: () => Promise<T>,
  most: number,
) {
  for (let answered = 0; answered < most; answered++) {
    const { error } = await ask();
    if (error?.status === 429) return { answered, error };
  }
  return { answered: most, error: null };
}

const from = (address: string) => {
  const { secretKey } = project;
  return async (path: string, body: object) => {
    const headers = { apikey: secretKey, "sb-forwarded-for": address };
    const answer = await call(project, path, { method: "POST", body: JSON.stringify(body), headers });
    return {
      error: answer.ok
        ? null
        : { status: answer.status, ...((await answer.json()) as { error_code: string }) },
    };
  };
};

describe("rate limits", () => {
  it("AL1 thirty sign-ins in a row are answered, the next is refused, from another address not", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const wrong = { email: freshEmail(), password: PASSWORD };
    const { answered, error } = await untilRefused(
      () => anonymous(project).auth.signInWithPassword(wrong),
      40,
    );
    expect([answered, error]).toMatchObject([30, tooMany]);
    const elsewhere = await from("203.0.113.7")("/token?grant_type=password", wrong);
    expect(elsewhere.error).toMatchObject({ status: 400, error_code: "invalid_credentials" });
  });

  it("AL8 nobody is refused by a stand-in that was not started to do so", async (context) => {
    needsStandIn(context, project, "is limited on demand");
    const free = await startWithConfig(TOML);
    try {
      const wrong = { email: freshEmail(), password: PASSWORD };
      const { answered } = await untilRefused(() => anonymous(free).auth.signInWithPassword(wrong), 40);
      expect(answered).toBe(40);
    } finally {
      await free.stop();
    }
  });

  it("AL2 refreshes count with the sign-ins", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const { error } = await anonymous(project).auth.refreshSession({ refresh_token: "abcdefghijkl" });
    expect(error).toMatchObject(tooMany);
  });

  it("AL3 codes are tried thirty times in a row", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const attempt = () => anonymous(project).auth.verifyOtp({ type: "recovery", token_hash: "0".repeat(56) });
    const { answered, error } = await untilRefused(attempt, 40);
    expect([answered, error]).toMatchObject([30, tooMany]);
    const link = await fetch(`${project.url}/auth/v1/verify?type=recovery&token=abc`, { redirect: "manual" });
    expect(link.status).toBe(429);
  });

  it("AL4 anonymous people are made as often as the config says", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const { answered, error } = await untilRefused(() => anonymous(project).auth.signInAnonymously(), 10);
    expect([answered, error]).toMatchObject([3, tooMany]);
  });

  it("AL5 a person gets one mail of a kind in the time between, and is told how long to wait", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const email = freshEmail();
    await service(project).auth.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const ask = () => anonymous(project).auth.resetPasswordForEmail(email);
    expect((await ask()).error).toBeNull();
    const { error } = await ask();
    expect(error).toMatchObject({ status: 429, code: "over_email_send_rate_limit" });
    expect(error?.message).toMatch(
      /^For security purposes, you can only request this after (8\d|90) seconds\.$/,
    );
    expect(await outbox(project, email)).toHaveLength(1);
  });

  it("AL6 the whole project sends so many mails an hour", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const invite = () => service(project).auth.admin.inviteUserByEmail(freshEmail());
    const { answered, error } = await untilRefused(invite, 10);
    expect([answered, error]).toMatchObject([3, { status: 429, code: "over_email_send_rate_limit" }]);
    // What is answered without a mail is not refused.
    expect((await anonymous(project).auth.resetPasswordForEmail(freshEmail())).error).toBeNull();
  });

  it("AL7 sign-ups, codes, recoveries and resends are counted each for itself", async (context) => {
    needsStandIn(context, project, "is limited by its config");
    const ask = from("203.0.113.9");
    const email = "no address";
    for (const path of ["/signup", "/otp", "/resend"]) {
      const { answered, error } = await untilRefused(() => ask(path, { email, type: "signup" }), 40);
      expect([path, answered, error]).toMatchObject([path, 30, { status: 429, error_code: tooMany.code }]);
    }
    expect((await ask("/recover", { email })).error).toMatchObject({ status: 400 });
  });
});
