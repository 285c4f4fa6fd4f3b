/** What the rest of the code relies on in edge functions, asked of the stand-in's runner. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Functions, startFunctions } from "./functions.ts";
import { until } from "./test-waiting.ts";

const ECHO = `
  console.log("started");
  const refused = async (act) => { try { await act(); return "allowed"; } catch (error) { return error.name; } };
  Deno.serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    const act = pathname.split("/")[2];
    if (act === "crash") setTimeout(() => { throw new Error("crashed"); }), await new Promise(() => {});
    if (act === "hang") await new Promise(() => {});
    if (act === "spin") for (;;);
    if (act === "eat") { const held = []; for (;;) held.push(new Array(100_000).fill(Math.random())); }
    if (act === "throw") throw new Error("thrown");
    if (act === "later") EdgeRuntime.waitUntil(Promise.reject(new Error("in the background")));
    if (act === "sandbox") return Response.json({
      read: await refused(() => Deno.readTextFile("/etc/passwd")),
      write: await refused(() => Deno.writeTextFile("/tmp/x", "")),
      net: await refused(() => fetch("http://169.254.169.254/")),
      run: await refused(() => new Deno.Command("/bin/ls").output()),
      env: Object.keys(Deno.env.toObject()).sort(),
    });
    return Response.json({ method: request.method, path: pathname + search, body: await request.text(),
      header: request.headers.get("x-test"), url: Deno.env.get("SUPABASE_URL"), pid: VERSION }, { status: 201 });
  });`;

let folder: string;
let functions: Functions;
const running: Functions[] = [];

async function addFunction(name: string, source: string): Promise<void> {
  await mkdir(join(folder, "functions", name), { recursive: true });
  await writeFile(join(folder, "functions", name, "index.ts"), source);
}

async function start(more: { timeoutMs?: number; memoryMb?: number } = {}): Promise<Functions> {
  const started = await startFunctions({
    functionsFolder: join(folder, "functions"),
    dataFolder: join(folder, "data"),
    url: "http://127.0.0.1:54321",
    keys: { publishableKey: "sb_publishable_x", secretKey: "sb_secret_x" },
    verifyToken: (token) => (token === "good" ? { role: "authenticated" } : null),
    ...more,
  });
  running.push(started);
  return started;
}

const call = (path: string, init: RequestInit = {}, from = functions) =>
  from.fetch(new Request(`http://127.0.0.1:54321/functions/v1/${path}`, init));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "functions-"));
  await mkdir(join(folder, "functions", "_shared"), { recursive: true });
  await writeFile(
    join(folder, "config.toml"),
    "[functions.echo]\nverify_jwt = false # own check\n[functions.off]\nenabled = false\n",
  );
  await addFunction("echo", ECHO.replace("VERSION", "1"));
  await addFunction("guarded", "Deno.serve(() => new Response('in'));");
  await addFunction("off", "Deno.serve(() => new Response('on'));");
  await addFunction("broken", "this is no program");
  functions = await start();
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe("an edge function", () => {
  it("FN1 gets the request below its name and answers it", async () => {
    const answer = await call("echo/a/b?c=d", { method: "POST", body: "hé", headers: { "x-test": "1" } });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      method: "POST",
      path: "/echo/a/b?c=d",
      body: "hé",
      header: "1",
      url: "http://127.0.0.1:54321",
      pid: 1,
    });
  });

  it("FN2 reaches no other file, program, host or variable", async () => {
    const seen = await (await call("echo/sandbox")).json();
    expect(seen).toMatchObject({
      read: "NotCapable",
      write: "NotCapable",
      net: "NotCapable",
      run: "NotCapable",
    });
    const given = seen.env.filter((name: string) => name.startsWith("SUPABASE_"));
    expect(given).toContain("SUPABASE_SECRET_KEY");
    expect(given).toContain("SUPABASE_SERVICE_ROLE_KEY");
    expect(given).not.toContain("SUPABASE_DB_URL");
    expect(seen.env).not.toContain("HOME");
  });

  it("FN3 needs a token, unless config.toml says otherwise", async () => {
    expect((await call("guarded")).status).toBe(401);
    expect((await call("guarded", { headers: { authorization: "Bearer bad" } })).status).toBe(401);
    const answer = await call("guarded", { headers: { authorization: "Bearer good" } });
    expect([answer.status, await answer.text()]).toEqual([200, "in"]);
  });

  it.each(["absent", "off", "..%2f..%2fetc", "_shared", ""])("FN4 answers 404 for %j", async (name) => {
    const answer = await call(name);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "NOT_FOUND" });
  });

  it("FN5 answers 503 when it does not start, and starts once it is mended", async () => {
    const ask = () => call("broken", { headers: { authorization: "Bearer good" } });
    const answer = await ask();
    expect([answer.status, (await answer.json()).code]).toEqual([503, "BOOT_ERROR"]);
    await addFunction("broken", "Deno.serve(() => new Response('mended'));");
    expect(await (await ask()).text()).toBe("mended");
  });

  it("FN6 that throws answers 500 and goes on; a failed background task does not end it", async () => {
    expect((await call("echo/throw")).status).toBe(500);
    expect((await call("echo/later")).status).toBe(201);
    expect((await call("echo")).status).toBe(201);
  });

  it("FN7 starts again after a crash", async () => {
    const answer = await call("echo/crash");
    expect([answer.status, (await answer.json()).code]).toEqual([500, "WORKER_ERROR"]);
    expect((await call("echo")).status).toBe(201);
  });

  it("FN8 runs the new text after a change of its file", async () => {
    await addFunction("echo", ECHO.replace("VERSION", "2"));
    await until(async () => (await (await call("echo")).json()).pid === 2, "the new version");
  });

  it("FN9 is killed and answers 504 when it takes too long, even when it spins", async () => {
    const impatient = await start({ timeoutMs: 2500 });
    for (const act of ["hang", "spin"]) {
      const answer = await call(`echo/${act}`, {}, impatient);
      expect(answer.status).toBe(504);
    }
    expect((await call("echo", {}, impatient)).status).toBe(201);
    await impatient.stop();
  });

  it("FN10 answers 546 when it takes too much memory", async () => {
    const small = await start({ memoryMb: 48 });
    expect((await call("echo/eat", {}, small)).status).toBe(546);
    await small.stop();
  });
});

describe("the runner", () => {
  const processes = async (mark: string) => {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="]);
    return stdout.split("\n").filter((line) => line.includes(mark) && line.includes("deno"));
  };

  it("FN11 leaves no process behind when it stops", async () => {
    const mark = join(folder, "functions", "guarded");
    const ended = await start();
    expect((await call("guarded", { headers: { authorization: "Bearer good" } }, ended)).status).toBe(200);
    await functions.stop();
    await ended.stop();
    expect(await processes(mark)).toEqual([]);
  });

  it("FN12 leaves no process behind when it is killed with -9, even when a function spins", async () => {
    const mark = join(folder, "functions", "echo");
    const script = `
      import { startFunctions } from ${JSON.stringify(new URL("./functions.ts", import.meta.url).href)};
      const functions = await startFunctions({ functionsFolder: ${JSON.stringify(join(folder, "functions"))},
        dataFolder: ${JSON.stringify(join(folder, "data"))}, url: "http://127.0.0.1:1",
        keys: { publishableKey: "p", secretKey: "s" }, verifyToken: () => null });
      await functions.fetch(new Request("http://x/functions/v1/echo"));
      void functions.fetch(new Request("http://x/functions/v1/echo/spin"));
      process.stdout.write("running\\n");`;
    await writeFile(join(folder, "parent.ts"), script);
    const parent = execFile(process.execPath, [join(folder, "parent.ts")]);
    await new Promise((resolve) => parent.stdout?.once("data", resolve));
    expect((await processes(mark)).length).toBeGreaterThan(0);
    parent.kill("SIGKILL");
    await until(async () => (await processes(mark)).length === 0, "the function to end");
  });
});
