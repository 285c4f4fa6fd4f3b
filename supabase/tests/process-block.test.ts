/** The real function: kicked by the database, closed to others, in time. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "./scene.ts";
import { newPerson, type Person, type Project, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";
import { addBlocks, openWriter, paragraph, projected, readRows } from "./writer.ts";

describe("the function", () => {
  let project: Project;
  let person: Person;
  beforeAll(async () => {
    project = await startProject();
    person = await newPerson(project, "Paul");
  });
  afterAll(() => project?.stop());

  const callIt = (init: RequestInit = {}) => fetch(`${project.url}/functions/v1/process-block`, init);
  const post = (headers: Record<string, string>, body: unknown = { documentId: randomUUID() }) =>
    callIt({ method: "POST", headers, body: JSON.stringify(body) });

  it("has the rows within two seconds of the last key", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("warm")));
    const { documentId } = writer.session;
    const hasRows = async () => isDeepStrictEqual(await readRows(person, documentId), projected(writer.doc));
    await until(hasRows, "the first rows");
    for (let at = 0; at < 30; at += 1) await writer.edit((doc) => addBlocks(doc, paragraph(`key ${at}`)));
    const started = performance.now();
    await until(hasRows, "the rows of all keys");
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("says that it is there, and takes nothing else", async () => {
    expect((await callIt()).status).toBe(200);
    expect((await callIt({ method: "PUT" })).status).toBe(405);
  });

  it("refuses callers without key and signature", async () => {
    const signed = { "x-timestamp": `${Math.floor(Date.now() / 1000)}`, "x-nonce": randomUUID() };
    const statuses = [
      (await post({})).status,
      (await post({ apikey: project.publishableKey })).status,
      (await post({ authorization: "Bearer nonsense" })).status,
      (await post({ ...signed, "x-signature": "00".repeat(32) })).status,
    ];
    expect(statuses).toEqual([401, 401, 401, 401]);
  });

  it("admits the secret key, with an id and nothing else", async () => {
    const key = { apikey: project.secretKey };
    expect((await post(key)).status).toBe(202);
    expect((await post(key, { documentId: "documents; drop table" })).status).toBe(400);
    expect((await post(key, { documentId: "x".repeat(5_000) })).status).toBe(400);
  });

  it("loses nothing when its worker is killed again and again while it works", async (context) => {
    if (!project.standIn) context.skip("nobody kills a worker of a hosted project");
    const host = new URL(project.url).host;
    const workers = async () => {
      const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="]);
      const lines = stdout
        .split("\n")
        .filter((line) => line.includes(host) && line.includes("process-block/index.ts"));
      return lines.filter((line) => !line.includes("sh -c")).map((line) => Number(line.trim().split(" ")[0]));
    };
    const writer = await openWriter(person);
    const { documentId } = writer.session;
    for (let at = 0; at < 5; at += 1) {
      await writer.edit((doc) => addBlocks(doc, paragraph(`before death ${at}`)));
      await until(async () => (await callIt()).ok, "a worker");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 700));
      for (const pid of await workers()) process.kill(pid, "SIGKILL");
      await until(async () => (await workers()).length === 0, "its end");
    }
    // A lease ends after 30 s; then whoever opens the document asks again.
    let openedAt = performance.now();
    const hasRows = async () => {
      if (performance.now() - openedAt > 3_500) {
        await openSession(person, documentId);
        openedAt = performance.now();
      }
      return isDeepStrictEqual(await readRows(person, documentId), projected(writer.doc));
    };
    await until(hasRows, "all rows", 50_000);
  });
});
