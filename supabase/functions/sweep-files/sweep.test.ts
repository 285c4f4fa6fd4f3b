/** How the sweep goes on, when it ends, and what it says when Storage refuses. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSweep } from "./sweep.ts";

describe("the sweep", () => {
  const at = { url: "http://s", secretKey: "sb_secret_x" };
  const answers = (...batches: string[][]) => {
    const noted: number[] = [];
    const rpc = async <Answer>(name: string, values: Record<string, unknown>) => {
      if (name === "note_removed_files") noted.push(values.p_count as number);
      return (name === "list_unused_files" ? (batches.shift() ?? []) : null) as Answer;
    };
    return { rpc, noted };
  };
  const names = (count: number) => Array.from({ length: count }, () => `${randomUUID()}/${randomUUID()}`);
  const removing: typeof fetch = async (_url, init) =>
    Response.json(JSON.parse(String(init?.body)).prefixes.map((name: string) => ({ name })));

  it("goes on until a batch is not full, and notes each", async () => {
    const { rpc, noted } = answers(names(100), names(100), names(3), names(100));
    expect(await createSweep(at, rpc, removing)()).toBe(203);
    expect(noted).toEqual([100, 100, 3]);
  });

  it("ends when Storage removes none of a full batch, and when its time is over", async () => {
    const { rpc, noted } = answers(names(100), names(100));
    expect(await createSweep(at, rpc, async () => Response.json([]))()).toBe(0);
    expect(noted).toEqual([]);
    expect(await createSweep(at, answers(names(100), names(100)).rpc, removing, 0)()).toBe(100);
  });

  it("tells what Storage refused, notes nothing, and can be called again; two calls at once are one", async () => {
    const { rpc, noted } = answers(names(2), names(2));
    await expect(createSweep(at, rpc, async () => new Response("no", { status: 500 }))()).rejects.toThrow(
      "Storage answered 500: no",
    );
    const sweep = createSweep(at, rpc, removing);
    expect(await Promise.all([sweep(), sweep()])).toEqual([2, 2]);
    expect(noted).toEqual([2]);
  });
});
