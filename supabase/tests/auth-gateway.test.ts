/** The door before the services: keys, browsers, origins, paths that are not there, shapes of errors. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, freshEmail, hs256, needsStandIn, PASSWORD, secretsOf, startWithConfig } from "./auth-scene.ts";
import { anonymous, type Project, service, startProject } from "./stand-in.ts";

let project: Project;
beforeAll(async () => {
  project = await startWithConfig("[auth]\nminimum_password_length = 8\n");
});
afterAll(() => project?.stop());

const DOORS = ["/auth/v1/user", "/auth/v1/settings", "/auth/v1/health", "/rest/v1/notes"];
const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(project.url + path, { headers, method });

describe("keys", () => {
  it.each(DOORS)("AG1 %s asks for a key, and says so", async (path) => {
    const answer = await ask(path);
    expect([answer.status, answer.headers.get("sb-error-code"), await answer.json()]).toMatchObject([
      401,
      "UNAUTHORIZED_MISSING_API_KEY",
      { message: "No API key found in request" },
    ]);
  });

  it.each(DOORS)("AG2 %s refuses an unknown key", async (path) => {
    for (const apikey of ["sb_publishable_guess", "sb_secret_guess", "x"]) {
      const answer = await ask(path, { apikey });
      expect([answer.status, await answer.json()]).toMatchObject([401, { message: "Invalid API key" }]);
    }
  });

  it("AG3 legacy keys, which are tokens, are no keys here", async (context) => {
    needsStandIn(context, project, "has no legacy keys");
    const { jwtSecret } = await secretsOf(project);
    const apikey = hs256(jwtSecret, { role: "service_role", iss: "supabase", exp: 4e9 });
    expect((await ask("/rest/v1/notes", { apikey })).status).toBe(401);
    expect((await ask("/auth/v1/admin/users", { apikey })).status).toBe(401);
  });

  it("AG4 the secret key is refused from a browser at every door", async () => {
    const headers = {
      apikey: project.secretKey,
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    };
    for (const path of [...DOORS, "/auth/v1/admin/users"]) {
      const answer = await ask(path, headers);
      expect([path, answer.status, await answer.json()]).toMatchObject([
        path,
        401,
        { message: "Forbidden use of secret API key in browser" },
      ]);
    }
  });

  it("AG5 a key may stand in the query; one in Authorization alone is none", async () => {
    expect((await ask(`/auth/v1/settings?apikey=${project.publishableKey}`)).status).toBe(200);
    const authorization = `Bearer ${project.publishableKey}`;
    expect((await ask("/auth/v1/settings", { authorization })).status).toBe(401);
  });

  it("AG6 a key alone is nobody: the person's own endpoints say that the token lacks a subject", async () => {
    for (const apikey of [project.publishableKey, project.secretKey]) {
      const answer = await ask("/auth/v1/user", { apikey, authorization: `Bearer ${apikey}` });
      expect([answer.status, await answer.json()]).toMatchObject([403, { error_code: "bad_jwt" }]);
    }
  });
});

describe("shapes", () => {
  it("AG7 health and settings say what the service is", async () => {
    const health = await (await call(project, "/health")).json();
    expect(health).toMatchObject({ name: "GoTrue", version: expect.stringMatching(/^v2/) });
    const settings = (await (await call(project, "/settings")).json()) as object;
    expect(settings).toMatchObject({
      external: { email: true, phone: false, google: false, anonymous_users: expect.any(Boolean) },
      disable_signup: false,
      mailer_autoconfirm: expect.any(Boolean),
      phone_autoconfirm: expect.any(Boolean),
      saml_enabled: false,
    });
  });

  it("AG8 errors come in the shape of the version that the client speaks", async () => {
    const body = JSON.stringify({ email: freshEmail(), password: "short" });
    const old = await call(project, "/signup", { method: "POST", body });
    expect([old.status, old.headers.get("x-sb-error-code"), await old.json()]).toEqual([
      422,
      "weak_password",
      {
        code: 422,
        error_code: "weak_password",
        msg: "Password should be at least 8 characters.",
        weak_password: { reasons: ["length"] },
      },
    ]);
    const headers = { "x-supabase-api-version": "2024-01-01" };
    const dated = await call(project, "/signup", { method: "POST", body, headers });
    expect([dated.status, dated.headers.get("x-supabase-api-version"), await dated.json()]).toEqual([
      422,
      "2024-01-01",
      {
        code: "weak_password",
        message: "Password should be at least 8 characters.",
        weak_password: { reasons: ["length"] },
      },
    ]);
  });

  it("AG9 a path that is not there, and a method that a path has not", async () => {
    const headers = { apikey: project.publishableKey };
    const nowhere = await ask("/nowhere", headers);
    expect([nowhere.status, await nowhere.json()]).toEqual([404, { error: "requested path is invalid" }]);
    const inside = await ask("/auth/v1/nowhere", headers);
    expect([inside.status, (await inside.text()).trim()]).toEqual([404, "404 page not found"]);
    expect((await ask("/auth/v1/token", headers)).status).toBe(405);
  });

  it("AG10 browsers of any origin may ask, with the headers they name, and read what the client needs", async () => {
    const asked = "apikey,authorization,content-type,x-client-info,x-supabase-api-version";
    const preflight = await ask(
      "/auth/v1/token?grant_type=password",
      {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
      },
      "OPTIONS",
    );
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toBe(asked);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      expect(preflight.headers.get("access-control-allow-methods")).toContain(method);
    }
    const answer = await ask("/auth/v1/settings", {
      apikey: project.publishableKey,
      origin: "https://app.example",
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
    for (const name of ["x-total-count", "link", "x-supabase-api-version"]) expect(exposed).toContain(name);
    const refused = await ask("/rest/v1/notes", { origin: "https://app.example" });
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("AG11 a name that only points here is not answered", async (context) => {
    needsStandIn(context, project, "is reached by one name");
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(project.url);
      request(
        { port, host: "127.0.0.1", path: "/auth/v1/health", headers: { host: "evil.example" } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on("error", reject)
        .end();
    });
    expect(status).toBe(421);
  });
});

describe("triggers on auth.users", () => {
  it("AG12 run as supabase_auth_admin; one that fails stops the sign-up without a word of why", async (context) => {
    needsStandIn(context, project, "takes migrations of a test");
    const migrations = await mkdtemp(join(tmpdir(), "migrations-"));
    await writeFile(
      join(migrations, "20260101000000_trigger.sql"),
      `create table public.seen (email text, who text, path text);
       create function public.see() returns trigger language plpgsql as $$ begin
         if new.email like 'bad%' then raise exception 'a secret of the database'; end if;
         insert into public.seen values (new.email, current_user, current_setting('search_path'));
         return new;
       end $$;
       grant insert on public.seen to supabase_auth_admin;
       create trigger see after insert on auth.users for each row execute function public.see();`,
    );
    const own = await startProject({ args: ["--migrations", migrations] });
    try {
      const signUp = (email: string) => anonymous(own).auth.signUp({ email, password: PASSWORD });
      const email = freshEmail();
      expect((await signUp(email)).error).toBeNull();
      const { data } = await service(own).from("seen").select("*").eq("email", email);
      expect(data).toEqual([{ email, who: "supabase_auth_admin", path: "auth" }]);
      const { error } = await signUp(freshEmail("bad"));
      expect(error).toMatchObject({ status: 500, message: "Database error saving new user" });
      expect((await signUp(email)).error?.code).toBe("user_already_exists");
    } finally {
      await own.stop();
      await rm(migrations, { recursive: true, force: true });
    }
  });
});
