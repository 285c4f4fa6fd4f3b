/** Edge functions as supabase.functions.invoke sees them, in hosted Supabase's codes, words and headers. */
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  FunctionsFetchError,
  FunctionsHttpError,
  FunctionsRelayError,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FILES } from "./functions-files.ts";
import {
  type FunctionsProject,
  isHosted,
  startFunctionsProject,
  WHY_NOT_HOSTED,
} from "./functions-project.ts";
import { anonymous, newPerson, type Person, readKeys, service } from "./stand-in.ts";
import { until } from "./waiting.ts";

describe.skipIf(isHosted)(`edge functions${isHosted ? ` (${WHY_NOT_HOSTED})` : ""}`, () => {
  let project: FunctionsProject;
  let client: SupabaseClient;
  let person: Person;

  beforeAll(async () => {
    project = await startFunctionsProject(FILES);
    client = anonymous(project);
    person = await newPerson(project, "Fay");
  });
  afterAll(() => project?.stop());

  const call = (path: string, init: RequestInit = {}) => fetch(`${project.url}/functions/v1/${path}`, init);
  const ask = async (path: string) => (await call(path)).json();
  /** What the client makes of a failure: its kind, the status, the header and the body. */
  async function failureOf(path: string, from = client, options = {}) {
    const { data, error, response } = await from.functions.invoke(path, options);
    expect(data).toBeNull();
    const text = await response?.text();
    return [
      error?.constructor,
      response?.status,
      response?.headers.get("sb-error-code"),
      text && JSON.parse(text),
    ];
  }
  const expected = (status: number, code: string, message: string) => [
    FunctionsHttpError,
    status,
    code,
    { code, message },
  ];
  const log = async (): Promise<string> => readFile(join(project.folder ?? "", "functions.log"), "utf8");
  const token = (payload: object, secret: string, alg = "HS256") => {
    const [head, body] = [{ alg, typ: "JWT" }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    return `${head}.${body}.${createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url")}`;
  };

  describe("a call", () => {
    it("FN1 gets method, path, query, headers and body", async () => {
      const { data } = await client.functions.invoke("act/echo?q=1", {
        body: { a: "é" },
        headers: { "x-mine": "1" },
      });
      expect(data).toMatchObject({
        method: "POST",
        url: "http://edge-runtime.supabase.com/act/echo?q=1",
        body: '{"a":"é"}',
        headers: { "content-type": "application/json", "x-mine": "1", apikey: project.publishableKey },
      });
    });

    it.each(["GET", "PUT", "PATCH", "DELETE"] as const)("FN2 may be a %s", async (method) => {
      const { data } = await client.functions.invoke("act/echo", { method });
      expect(data).toMatchObject({ method });
    });

    it("FN3 is parsed by the answer's type", async () => {
      const data = async (path: string) => (await client.functions.invoke(path)).data;
      expect(await data("act/text")).toBe("words");
      expect(await data("act/who")).toMatchObject({ shared: "first" });
      expect((await data("act/form")).get("a")).toBe("1");
      expect(await ((await data("act/bytes")) as Blob).bytes()).toEqual(new Uint8Array([1, 2, 3]));
    });

    it("FN4 brings the forwarded headers of the platform, and the answer its own", async () => {
      const response = await call("act/echo", {
        headers: { "x-forwarded-for": "203.0.113.7", "x-region": "eu-west-1" },
      });
      const { headers } = await response.json();
      expect(headers).toMatchObject({
        host: "edge-runtime.supabase.com",
        "x-forwarded-for": "203.0.113.7,127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "edge-runtime.supabase.com",
        "x-forwarded-port": "443",
      });
      expect(response.headers.get("sb-request-id")).toBe(headers["sb-request-id"]);
      expect(response.headers.get("x-served-by")).toBe("supabase-edge-runtime");
      expect(response.headers.get("x-sb-edge-region")).toBe("eu-west-1");
      expect(response.headers.get("x-deno-execution-id")).toMatch(/^[\da-f-]{36}$/);
    });

    it("FN5 may be one of many at once", async () => {
      const begun = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => client.functions.invoke("act/slow")),
      );
      expect(answers.filter(({ error }) => error)).toEqual([]);
      expect(new Set(answers.map(({ data }) => data.started)).size).toBe(1);
      expect(performance.now() - begun).toBeLessThan(50 * 300);
    });

    it("FN6 streams its answer part by part", async () => {
      const { data } = await client.functions.invoke("act/events");
      const reader = (data as Response).body?.getReader();
      const times: number[] = [];
      let text = "";
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done) break;
        times.push(performance.now());
        text += new TextDecoder().decode(part.value);
      }
      expect(text).toBe("data: one\n\ndata: two\n\ndata: three\n\n");
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
    });

    it("FN7 keeps cookies and redirects as they are", async () => {
      expect((await call("act/cookies")).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
      const redirect = await call("act/redirect", { redirect: "manual" });
      expect([redirect.status, redirect.headers.get("location")]).toEqual([302, "https://example.com/there"]);
    });

    it("FN8 gets no page, which only a custom domain may show", async () => {
      const response = await call("act/html");
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      const posted = await call("act/html", { method: "POST" });
      expect(posted.headers.get("content-type")).toBe("text/html; charset=utf-8");
    });

    it("FN9 is the function's alone to allow to other origins", async () => {
      const preflight = await call("act/cors", {
        method: "OPTIONS",
        headers: { origin: "https://mine.example", "access-control-request-method": "POST" },
      });
      expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
        200,
        "https://mine.example",
      ]);
      expect((await call("act/text")).headers.get("access-control-allow-origin")).toBeNull();
    });
  });

  describe("a refusal", () => {
    it.each(["absent", "off", "_shared", "..%2f..%2fetc", "act.ts"])("FN10 is 404 for %j", async (name) => {
      expect(await failureOf(name)).toEqual(expected(404, "NOT_FOUND", "Requested function was not found"));
    });

    it("FN11 is 405 for another method", async () => {
      expect((await call("act", { method: "HEAD" })).status).toBe(405);
    });

    it("FN12 is 401 without a token, whatever key comes with it", async () => {
      const nothing = expected(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
      expect(await failureOf("guarded")).toEqual(nothing);
      expect(await failureOf("guarded", service(project))).toEqual(nothing);
    });

    it("FN13 is 401 for what is no token, or no genuine one", async () => {
      const refusal = (authorization: string) => failureOf("guarded", client, { headers: { authorization } });
      const now = Math.floor(Date.now() / 1000);
      const { jwtSecret } = await readKeys(project);
      const wrong = "UNAUTHORIZED_INVALID_JWT_FORMAT";
      expect(await refusal("Basic eDp5")).toEqual(
        expected(401, wrong, "Auth header is not 'Bearer {token}'"),
      );
      expect(await refusal("Bearer nonsense")).toEqual(expected(401, wrong, "Invalid JWT"));
      expect(await refusal(`Bearer ${project.secretKey}`)).toEqual(expected(401, wrong, "Invalid JWT"));
      expect(await refusal(`Bearer ${token({ role: "anon", exp: now + 60 }, "another")}`)).toEqual(
        expected(401, "UNAUTHORIZED_LEGACY_JWT", "Invalid JWT"),
      );
      expect(await refusal(`Bearer ${token({ role: "anon", exp: now - 60 }, jwtSecret)}`)).toEqual(
        expected(401, "UNAUTHORIZED_LEGACY_JWT", "Invalid JWT"),
      );
      expect(await refusal(`Bearer ${token({ role: "anon" }, jwtSecret, "PS256")}`)).toEqual(
        expected(401, "UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM", "Unsupported JWT algorithm PS256"),
      );
      const { data } = await person.client.auth.getSession();
      const forged = `${data.session?.access_token.slice(0, -8)}AAAAAAAA`;
      expect(await refusal(`Bearer ${forged}`)).toEqual(
        expected(401, "UNAUTHORIZED_ASYMMETRIC_JWT", "Invalid JWT"),
      );
    });

    it("FN14 is none for a person's token, a legacy key, or a preflight", async () => {
      expect((await person.client.functions.invoke("guarded")).data).toBe("in");
      const { jwtSecret } = await readKeys(project);
      const legacy = token({ role: "anon", exp: Math.floor(Date.now() / 1000) + 60 }, jwtSecret);
      expect((await call("guarded", { headers: { authorization: `Bearer ${legacy}` } })).status).toBe(200);
      expect((await call("guarded", { method: "OPTIONS" })).status).toBe(200);
    });
  });

  describe("an error", () => {
    it("FN15 that is thrown is a 500, and the function goes on", async () => {
      const { error, response } = await client.functions.invoke("act/throw");
      expect(error).toBeInstanceOf(FunctionsHttpError);
      expect([response?.status, response?.headers.get("sb-error-code"), await response?.text()]).toEqual([
        500,
        "EDGE_FUNCTION_ERROR",
        "Internal Server Error",
      ]);
      const { started } = await ask("act/who");
      await call("act/throw");
      expect((await ask("act/who")).started).toBe(started);
    });

    it("FN16 of the function's own keeps status and body, and is marked from 500 on", async () => {
      const mark = async (code: number) => {
        const response = await call(`act/status?code=${code}`);
        return [response.status, response.headers.get("sb-error-code"), await response.text()];
      };
      expect(await mark(418)).toEqual([418, null, "as asked"]);
      expect(await mark(503)).toEqual([503, "EDGE_FUNCTION_ERROR", "as asked"]);
    });

    it("FN17 that ends the worker is a 500, and the next call starts another", async () => {
      expect(await failureOf("act/crash")).toEqual(
        expected(500, "WORKER_ERROR", "Function exited due to an error (please check logs)"),
      );
      expect(await ask("act/who")).toMatchObject({ shared: "first" });
    });

    it("FN18 on the way is a relay error, and none at all a fetch error", async () => {
      expect((await client.functions.invoke("act/relay")).error).toBeInstanceOf(FunctionsRelayError);
      const nowhere = anonymous({ ...project, url: "http://127.0.0.1:1" });
      expect((await nowhere.functions.invoke("act")).error).toBeInstanceOf(FunctionsFetchError);
    });

    it.each(["broken", "silent"])("FN19 at the start of %s is a 503, until it is mended", async (name) => {
      expect(await failureOf(name)).toEqual(
        expected(503, "BOOT_ERROR", "Function failed to start (please check logs)"),
      );
      await project.write(`functions/${name}/index.ts`, "Deno.serve(() => new Response('mended'));");
      await until(async () => (await (await call(name)).text()) === "mended", "the mended one");
    });
  });

  describe("a limit", () => {
    const LIMIT = expected(
      546,
      "WORKER_RESOURCE_LIMIT",
      "Function failed due to not having enough compute resources (please check logs)",
    );

    it("FN20 of two seconds of CPU ends a request that spins", async () => {
      const begun = performance.now();
      expect(await failureOf("act/spin")).toEqual(LIMIT);
      expect(performance.now() - begun).toBeGreaterThan(1_900);
      await until(
        async () => (await log()).includes("shutdown: CPU Time exceeded"),
        "what the log says of it",
      );
      expect(await ask("act/who")).toMatchObject({ shared: "first" });
    });

    it("FN21 of a second of CPU in all retires a worker without an error", async () => {
      const { started } = await ask("act/who");
      const ids: string[] = [];
      for (let at = 0; at < 5; at += 1) ids.push((await ask("act/busy?ms=400")).started);
      expect(ids[0]).toBe(started);
      expect(new Set(ids).size).toBeGreaterThan(1);
      await until(
        async () => (await log()).includes("beforeunload early_drop"),
        "the end of the retired one",
      );
    });

    it("FN22 of 256 MB ends what fills the heap", async () => {
      expect(await failureOf("act/heap")).toEqual(LIMIT);
    });

    it("FN23 of 256 MB ends what fills buffers outside the heap, after a warning", async () => {
      expect(await failureOf("act/buffers")).toEqual(LIMIT);
      const lines = await log();
      expect(lines).toContain("beforeunload memory");
      expect(lines).toContain("shutdown: Memory limit exceeded");
    });
  });

  describe("a background task", () => {
    it("FN24 goes on after the answer, also in a worker that takes no new request", async () => {
      const { started } = await ask("act/later");
      while ((await ask("act/busy?ms=200")).started === started);
      expect(await log()).not.toContain("later is done");
      await project.write("functions/gate/index.ts", `Deno.serve(() => new Response("open"));`);
      await until(async () => (await log()).includes("later is done"), "the task");
    });

    it("FN25 that fails is logged and ends nothing", async () => {
      const { started } = await ask("act/failLater");
      await until(async () => (await log()).includes("in the background"), "the line");
      expect((await ask("act/who")).started).toBe(started);
    });

    it("FN26 that spins ends with the worker", async () => {
      const before = (await log()).split("CPU Time exceeded").length;
      const { started } = await ask("act/spinLater");
      await until(async () => (await log()).split("CPU Time exceeded").length > before, "the end", 20_000);
      expect((await ask("act/who")).started).not.toBe(started);
    });
  });

  describe("what is not there", () => {
    it("FN33 is Supabase.ai", async () => {
      expect(await ask("act/runtime")).toEqual({ ai: "undefined", waitUntil: "function" });
    });

    it("FN34 are WebSockets", async () => {
      const socket = new WebSocket(`${project.url.replace("http", "ws")}/functions/v1/act`);
      await new Promise((resolve) => socket.addEventListener("error", resolve, { once: true }));
      expect(socket.readyState).toBe(WebSocket.CLOSED);
    });

    it("FN35 is a body of more than 60 MB", async () => {
      const body = new Uint8Array(60 * 1024 * 1024 + 1);
      // It may hear of it while it still sends.
      const status = await call("act/text", { method: "POST", body }).then(
        (response) => response.status,
        () => 413,
      );
      expect(status).toBe(413);
    });
  });

  describe("the environment", () => {
    it("FN27 holds the project's keys and the secrets of the file, and nothing of ours", async () => {
      const env = await ask("act/env");
      expect(env).toMatchObject({
        SUPABASE_URL: project.url,
        OWN_SECRET: "from the file",
        SUPABASE_ANON_KEY: project.publishableKey,
        SUPABASE_SERVICE_ROLE_KEY: project.secretKey,
        SUPABASE_SECRET_KEYS: JSON.stringify({ default: project.secretKey }),
        SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: project.publishableKey }),
      });
      for (const name of ["SUPABASE_OWN", "SUPABASE_DB_URL", "HOME", "STAND_IN_WORD"])
        expect(env).not.toHaveProperty(name);
      expect(await log()).toContain("Env name cannot start with SUPABASE_, skipping: SUPABASE_OWN");
    });

    it("FN28 lets it reach its project and no other file, program or host", async () => {
      expect(await ask("act/home")).toEqual({ status: 200 });
      expect(await ask("act/sandbox")).toEqual({
        read: "NotCapable",
        write: "NotCapable",
        net: "NotCapable",
        run: "NotCapable",
      });
    });

    it.each([
      ["mapped", "mapped"],
      ["configured", "configured"],
      ["elsewhere", "elsewhere"],
      ["packaged", "from a package"],
      ["exported", "exported"],
    ])("FN29 of %s follows its import map, deno.json, entrypoint or package", async (name, text) => {
      expect(await (await call(name)).text()).toBe(text);
    });

    it("FN30 is read anew after a change of the function, of what it shares and of its secrets", async () => {
      await project.write("functions/_shared/shared.ts", `export const shared = "second";`);
      await until(async () => (await ask("act/who")).shared === "second", "the shared file");
      await project.write("functions/.env", "OWN_SECRET=changed\n");
      await until(async () => (await ask("act/env")).OWN_SECRET === "changed", "the secret");
      await project.write("functions/act/index.ts", `Deno.serve(() => Response.json({ shared: "third" }));`);
      await until(async () => (await ask("act/who")).shared === "third", "the function");
    });

    it("FN31 is logged line by line, with time and function", async () => {
      const lines = (await log())
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toContainEqual({
        time: expect.stringMatching(/^\d{4}-/),
        function: "act",
        message: "says hello",
      });
      expect(lines.some(({ message }) => /^booted \(time: \d+ms\)$/.test(message))).toBe(true);
    });
  });

  it("FN32 leaves no process behind when the stand-in is killed with -9 while a function spins", async () => {
    const doomed = await startFunctionsProject(FILES);
    const mark = `--allow-net=127.0.0.1`;
    const here = new URL(doomed.url).host;
    const processes = async () => {
      const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="]);
      return stdout.split("\n").filter((line) => line.includes(mark) && line.includes(here));
    };
    await fetch(`${doomed.url}/functions/v1/act/who`);
    const spinning = fetch(`${doomed.url}/functions/v1/act/spin`).catch(() => undefined);
    expect((await processes()).length).toBeGreaterThan(0);
    doomed.standIn?.process.kill("SIGKILL");
    await until(async () => (await processes()).length === 0, "the function to end");
    await spinning;
    await doomed.stop();
  });
});
