/** What no client can wait for or see: short limits, the end of the runner, a reader that goes away. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Functions, startFunctions } from "./functions.ts";
import { createLog } from "./functions-log.ts";
import type { Limits } from "./functions-supervisor.ts";
import { until } from "./test-waiting.ts";

const ACT = `
  addEventListener("beforeunload", (event) => console.log("beforeunload", event.detail.reason));
  const started = crypto.randomUUID();
  Deno.serve(async (request) => {
    const act = new URL(request.url).pathname.split("/")[2];
    console.log("asked for", act);
    if (act === "hang") await new Promise(() => {});
    if (act === "spin") for (;;);
    if (act === "stall") return new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array([1])) }));
    if (act === "flood") {
      const part = new Uint8Array(65_536);
      return new Response(new ReadableStream({ pull: (to) => to.enqueue(part), cancel: () => console.log("nobody reads") }));
    }
    return Response.json({ started });
  });`;

let folder: string;
const running: Functions[] = [];

async function start(limits: Partial<Limits> = {}): Promise<Functions> {
  const started = await startFunctions({
    functionsFolder: join(folder, "functions"),
    dataFolder: join(folder, "data"),
    url: "http://127.0.0.1:54321",
    keys: { publishableKey: "sb_publishable_x", secretKey: "sb_secret_x" },
    verifyToken: () => null,
    limits,
  });
  running.push(started);
  return started;
}

const call = (functions: Functions, path: string, init: RequestInit = {}) =>
  functions.fetch(new Request(`http://127.0.0.1:54321/functions/v1/${path}`, init));
const startedOf = async (functions: Functions) => (await (await call(functions, "act")).json()).started;
const log = () => readFile(join(folder, "data", "functions.log"), "utf8");
const processes = async () => {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="]);
  return stdout.split("\n").filter((line) => line.includes(folder) && line.includes("deno"));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "functions-"));
  await mkdir(join(folder, "data"), { recursive: true });
  await mkdir(join(folder, "functions", "act"), { recursive: true });
  await writeFile(join(folder, "config.toml"), "[functions.act]\nverify_jwt = false # own check\n");
  await writeFile(join(folder, "functions", "act", "index.ts"), ACT);
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe("a limit", () => {
  it("FI1 of idleness answers 504, and the worker goes on", async () => {
    const functions = await start({ idleMs: 1_000 });
    const started = await startedOf(functions);
    const answer = await call(functions, "act/hang");
    expect([answer.status, answer.headers.get("sb-error-code"), await answer.json()]).toEqual([
      504,
      "IDLE_TIMEOUT",
      { code: "IDLE_TIMEOUT", message: "Request idle timeout limit (1s) reached" },
    ]);
    expect(await startedOf(functions)).toBe(started);
    await functions.stop();
  });

  it("FI2 of idleness cuts an answer off that does not go on", async () => {
    const functions = await start({ idleMs: 1_000 });
    const answer = await call(functions, "act/stall");
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await functions.stop();
  });

  it("FI3 of time retires a worker at half of it, and ends it with 546 at the end", async () => {
    const functions = await start({ wallMs: 4_000 });
    const started = await startedOf(functions);
    const answer = await call(functions, "act/hang");
    expect([answer.status, (await answer.json()).code]).toEqual([546, "WORKER_RESOURCE_LIMIT"]);
    expect(await log()).toContain("beforeunload wall_clock");
    expect(await log()).toContain("shutdown: Wall clock time limit reached");
    const next = await startedOf(functions);
    expect(next).not.toBe(started);
    await until(async () => (await startedOf(functions)) !== next, "another one");
    await functions.stop();
  });
});

describe("the runner", () => {
  it("FI4 stops what nobody reads any more, and holds back what is not read yet", async () => {
    const functions = await start();
    const reader = (await call(functions, "act/flood")).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await until(async () => (await log()).includes("nobody reads"), "the end of the flood");
    await functions.stop();
  });

  it("FI8 hands a request on when all of its body is there", async () => {
    const functions = await start();
    await startedOf(functions);
    let end: () => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (to) => {
        to.enqueue(new Uint8Array([1]));
        end = () => to.close();
      },
    });
    const answer = call(functions, "act/upload", { method: "POST", body, duplex: "half" } as RequestInit);
    await startedOf(functions);
    expect(await log()).not.toContain("asked for upload");
    end();
    expect((await answer).status).toBe(200);
    await until(async () => (await log()).includes("asked for upload"), "the request");
    await functions.stop();
  });

  it("FI5 leaves no process behind when it stops", async () => {
    const functions = await start();
    await startedOf(functions);
    expect((await processes()).length).toBeGreaterThan(0);
    await Promise.all(running.map((one) => one.stop()));
    expect(await processes()).toEqual([]);
  });

  it("FI6 leaves no process behind when it is killed with -9, even when a function spins", async () => {
    const script = `
      import { startFunctions } from ${JSON.stringify(new URL("./functions.ts", import.meta.url).href)};
      const functions = await startFunctions({ functionsFolder: ${JSON.stringify(join(folder, "functions"))},
        dataFolder: ${JSON.stringify(join(folder, "data"))}, url: "http://127.0.0.1:1",
        keys: { publishableKey: "p", secretKey: "s" }, verifyToken: () => null, limits: { cpuHardMs: 1e9 } });
      await functions.fetch(new Request("http://x/functions/v1/act"));
      void functions.fetch(new Request("http://x/functions/v1/act/spin"));
      process.stdout.write("running\\n");`;
    await writeFile(join(folder, "parent.ts"), script);
    const parent = execFile(process.execPath, [join(folder, "parent.ts")]);
    await new Promise((resolve) => parent.stdout?.once("data", resolve));
    expect((await processes()).length).toBeGreaterThan(0);
    parent.kill("SIGKILL");
    await until(async () => (await processes()).length === 0, "the function to end");
  });
});

describe("the log", () => {
  it("FI7 cuts long lines, and begins a new file above 5 MB", async () => {
    const place = join(folder, "log");
    await mkdir(place);
    const lines = createLog(place);
    const file = join(place, "functions.log");
    lines.write("a", "x".repeat(20_000));
    await lines.flush();
    expect(JSON.parse(await readFile(file, "utf8")).message.length).toBe(10_000);
    await writeFile(file, "x".repeat(5 * 1024 * 1024 + 1));
    const next = createLog(place);
    next.write("a", "new");
    await next.flush();
    expect(JSON.parse(await readFile(file, "utf8")).message).toBe("new");
    expect((await readFile(`${file}.1`, "utf8")).length).toBeGreaterThan(5 * 1024 * 1024);
  });
});
