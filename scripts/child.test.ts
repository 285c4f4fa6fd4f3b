import { describe, expect, it, vi } from "vitest";
import { endMarked, runChild, runMark, startChild } from "./child.ts";

const node = process.execPath;
const quiet = { stdio: "ignore" } as const;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A program that starts another one, prints its id and ends, or goes on, as told. */
const parentOf = (detached: boolean, then: string) => `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore", detached: ${detached} });
  child.unref();
  console.log(child.pid);
  ${then}`;

async function pidFrom(child: ReturnType<typeof startChild>): Promise<number> {
  return new Promise((resolve) => child.stdout?.once("data", (data) => resolve(Number(String(data)))));
}

describe("a child process", () => {
  it("hands back the exit code, and null when the program is not there", async () => {
    expect(await runChild(node, ["-e", "process.exit(3)"], { ...quiet, limitMs: 20_000 })).toEqual({
      code: 3,
      timedOut: false,
    });
    expect((await runChild("/nonexistent/program", [], { ...quiet, limitMs: 20_000 })).code).toBeNull();
  });

  it("is stopped when its time is up", async () => {
    const outcome = await runChild(node, ["-e", "setInterval(() => {}, 1000)"], { ...quiet, limitMs: 300 });
    expect(outcome).toEqual({ code: null, timedOut: true });
  });

  it("takes along what it started when it ends", async () => {
    const child = startChild(node, ["-e", parentOf(false, "")], { stdio: ["ignore", "pipe", "ignore"] });
    const pid = await pidFrom(child);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000);
  });

  it.skipIf(process.platform !== "linux")("takes along by its mark what has a group of its own", async () => {
    const mark = crypto.randomUUID();
    const env = { ...process.env, [runMark]: mark };
    const child = startChild(node, ["-e", parentOf(true, "")], { env, stdio: ["ignore", "pipe", "ignore"] });
    const pid = await pidFrom(child);
    await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(null)));
    expect(isAlive(pid)).toBe(true);
    endMarked(mark);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000);
  });
});
