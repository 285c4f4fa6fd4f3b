/** The fault switch: who may use it, and that each fault is what it says it is, seen through the real client. */
import { resolve } from "node:path";
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Faults } from "./faults.ts";
import { anonymous, newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";
import { joined, subscribe, until } from "./waiting.ts";

const schema = resolve(import.meta.dirname, "schema");

let project: Project;
let faults: Faults;
let ada: Person;
beforeAll(async () => {
  project = await startProject({ args: ["--test", "--migrations", schema] });
  faults = new Faults(project);
  ada = await newPerson(project);
});
afterAll(() => project?.stop());
beforeEach((context) => {
  if (!project.standIn) context.skip("a real project has no fault switch");
});
afterEach(async () => {
  if (project.standIn) await faults.clear();
});

const quiet = (body: string) => ada.client.rpc("quiet", { p_body: body });

async function stored(prefix: string): Promise<string[]> {
  const { data, error } = await ada.client.from("notes").select("body").like("body", `${prefix}%`);
  if (error) throw new Error(error.message);
  return data.map(({ body }) => String(body));
}

const ask = (target: Project, headers: Record<string, string>, body: unknown = {}) =>
  fetch(`${target.url}/test/faults`, { method: "POST", headers, body: JSON.stringify(body) });

describe("the switch", () => {
  it("FA1 is refused where the stand-in was not started for tests", async () => {
    const plain = await startProject({ args: ["--migrations", schema] });
    try {
      const headers = { apikey: plain.secretKey };
      const gone = await ask(plain, headers, { database: { goneMs: 60_000 } });
      expect(gone.status).toBe(403);
      expect(await gone.json()).toMatchObject({ message: expect.stringContaining("--test") });
      expect((await fetch(`${plain.url}/health`)).status).toBe(200);
      const init = { method: "POST", headers, body: JSON.stringify({ kill: "all" }) };
      expect((await fetch(`${plain.url}/realtime/v1/test/fault`, init)).status).toBe(404);
    } finally {
      await plain.stop();
    }
  });

  it("FA2 is refused without the secret key and to pages of other origins", async () => {
    const { publishableKey, secretKey, url } = project;
    const wish = { database: { goneMs: 60_000 } };
    expect((await ask(project, {}, wish)).status).toBe(401);
    expect((await ask(project, { apikey: publishableKey }, wish)).status).toBe(401);
    expect((await ask(project, { apikey: secretKey, origin: "http://evil.example" }, wish)).status).toBe(403);
    const answer = await fetch(`${url}/test/faults`, { headers: { apikey: secretKey } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(await answer.json()).toMatchObject({ database: { goneMs: 0 } });
  });

  it("FA3 says what it cannot read, and changes nothing then", async () => {
    const answer = await ask(project, { apikey: project.secretKey }, { rpc: [{ before: 2 }], gone: true });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { message: string }).message).toMatch(
      /before[\s\S]*gone|gone[\s\S]*before/,
    );
    expect((await quiet("after nonsense")).error).toBeNull();
  });

  it("FA4 ends everything with clear", async () => {
    await faults.loseDatabase(60);
    await faults.refuseRpc();
    await faults.clear();
    expect((await quiet("after clear")).error).toBeNull();
    expect(await faults.state()).toEqual({
      database: { goneMs: 0 },
      rpc: { refusedBefore: 0, refusedAfter: 0, delayed: 0 },
    });
  });
});

describe("a database that is away", () => {
  it("FA5 lets REST answer 503 as PostgREST does, on every path, until it is back", async () => {
    await faults.loseDatabase(60);
    const rpc = await quiet("lost");
    expect(rpc).toMatchObject({ status: 503, error: { code: "PGRST000", hint: null } });
    expect(rpc.error?.message).toBe("Database connection error. Retrying the connection.");
    const insert = await ada.client.from("notes").insert({ body: "lost" });
    expect(insert).toMatchObject({ status: 503, error: { code: "PGRST000" } });
    const headers = { apikey: project.publishableKey, "x-stand-in-path": "lite" };
    const raw = await fetch(`${project.url}/rest/v1/notes`, { headers });
    expect(raw.status).toBe(503);
    expect(Number(raw.headers.get("retry-after"))).toBeGreaterThan(50);
    expect((await fetch(`${project.url}/health`)).status).toBe(503);
    await faults.returnDatabase();
    expect(await stored("lost")).toEqual([]);
    expect((await quiet("back")).error).toBeNull();
  });

  it("FA6 comes back by itself when its time is over; the client's own retry of a read bridges it", async () => {
    await faults.loseDatabase(0.5);
    const { error } = await ada.client.from("notes").select("id").limit(1);
    expect(error).toBeNull();
  });

  it("FA7 lets Auth answer 500 unexpected_failure, while published keys are still served", async () => {
    await faults.loseDatabase(60);
    const { error } = await anonymous(project).auth.signInWithPassword(ada);
    expect(error).toMatchObject({ name: "AuthRetryableFetchError", status: 500 });
    const old = await fetch(`${project.url}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey: project.publishableKey, "content-type": "application/json" },
      body: JSON.stringify({ email: ada.email, password: ada.password }),
    });
    expect(await old.json()).toMatchObject({ code: 500, error_code: "unexpected_failure" });
    const keys = await fetch(`${project.url}/auth/v1/.well-known/jwks.json`);
    expect(keys.status).toBe(200);
  });

  it("FA8 rolls back what is under way: what is acknowledged is stored, what is not is not", async () => {
    const answers: { n: number; error: { code: string } | null }[] = [];
    let isCut = false;
    const write = async (first: number) => {
      for (let n = first; !isCut; n += 20) {
        const { error } = await quiet(`cut ${n}`);
        answers.push({ n, error });
        isCut ||= error !== null;
      }
    };
    const writers = Array.from({ length: 20 }, (_, first) => write(first));
    await vi.waitUntil(() => answers.length > 20);
    await faults.loseDatabase(60);
    await Promise.all(writers);
    await faults.returnDatabase();
    const acknowledged = answers.flatMap(({ n, error }) => (error ? [] : [`cut ${n}`]));
    expect((await stored("cut ")).sort()).toEqual(acknowledged.sort());
    const codes = new Set(answers.flatMap(({ error }) => (error ? [error.code] : [])));
    expect([...codes].every((code) => code === "PGRST000" || code === "PGRST001")).toBe(true);
    expect(acknowledged.length).toBeLessThan(answers.length);
  });

  it("FA9 leaves Realtime running: who has joined goes on, who joins is told, and both work afterwards", async () => {
    const [one, two] = [service(project), service(project)];
    const heard = await listen(two.channel("survivors"));
    const sender = await joined(one.channel("survivors"));
    await faults.loseDatabase(60);
    await sender.send({ type: "broadcast", event: "say", payload: { n: 1 } });
    await until(() => heard.length === 1, "the broadcast without a database");
    const refused = ada.client.channel("closed", { config: { private: true } });
    expect((await subscribe(refused)).status).toBe("CHANNEL_ERROR");
    await ada.client.removeAllChannels();
    await faults.returnDatabase();
    await sender.send({ type: "broadcast", event: "say", payload: { n: 2 } });
    await until(() => heard.length === 2, "the broadcast afterwards");
    await one.removeAllChannels();
    await two.removeAllChannels();
  });
});

describe("RPCs", () => {
  it("FA10 refused before they run leave nothing behind", async () => {
    await faults.refuseRpc({ name: "quiet" });
    expect(await quiet("before")).toMatchObject({ status: 503, error: { code: "PGRST001" } });
    expect((await ada.client.rpc("word", { p_word: "other functions" })).error).toBeNull();
    await faults.clear();
    expect(await stored("before")).toEqual([]);
  });

  it("FA11 whose answer is lost are stored all the same", async () => {
    await faults.loseRpcAnswer({ name: "quiet" });
    const { error } = await quiet("answer lost");
    expect(error?.message).toContain("fetch failed");
    expect(await stored("answer lost")).toEqual(["answer lost"]);
    expect((await faults.state()).rpc).toMatchObject({ refusedBefore: 0, refusedAfter: 1 });
  });

  it("FA12 may also look like the gateway's 504 or PostgREST's 503", async () => {
    await faults.loseRpcAnswer({ looks: "timeout", limit: 1 });
    expect(await quiet("timeout")).toMatchObject({ status: 504 });
    expect((await quiet("the second is spared")).error).toBeNull();
    await faults.clear();
    await faults.loseRpcAnswer({ looks: "unavailable" });
    expect(await quiet("unavailable")).toMatchObject({ status: 503, error: { code: "PGRST001" } });
    expect(await stored("timeout")).toHaveLength(1);
    expect(await stored("unavailable")).toHaveLength(1);
  });

  it("FA13 fail by the share that was asked for, the same ones for the same seed", async () => {
    const round = async (seed: number, name: string) => {
      const own = new Faults(project, seed);
      await own.shakeRpc({ name: "quiet", before: 0.3, after: 0.3 });
      const fates: boolean[] = [];
      for (let n = 0; n < 60; n++) fates.push((await quiet(`${name} ${n}`)).error === null);
      const { rpc } = await own.state();
      await own.clear();
      return { fates, rpc };
    };
    const [first, again, other] = [await round(7, "one"), await round(7, "two"), await round(8, "three")];
    expect(again).toEqual(first);
    expect(other.fates).not.toEqual(first.fates);
    expect(first.rpc.refusedBefore).toBeGreaterThan(5);
    expect(first.rpc.refusedAfter).toBeGreaterThan(5);
    expect(await stored("one ")).toHaveLength(60 - first.rpc.refusedBefore);
  });

  it("FA14 wait as long as they are told to", async () => {
    await faults.delayRpc(300, "quiet");
    const start = performance.now();
    expect((await quiet("late")).error).toBeNull();
    expect(performance.now() - start).toBeGreaterThan(295);
    expect((await faults.state()).rpc.delayed).toBe(1);
  });
});

async function listen(channel: RealtimeChannel): Promise<number[]> {
  const heard: number[] = [];
  channel.on("broadcast", { event: "say" }, ({ payload }) => heard.push(Number(payload.n)));
  await joined(channel);
  return heard;
}

describe("messages", () => {
  let one: SupabaseClient;
  let two: SupabaseClient;
  let sender: RealtimeChannel;
  let heard: number[];
  beforeEach(async () => {
    [one, two] = [service(project), service(project)];
    heard = await listen(two.channel("faulty"));
    sender = await joined(one.channel("faulty"));
  });
  afterEach(async () => {
    await faults.clear();
    await Promise.all([one?.removeAllChannels(), two?.removeAllChannels()]);
  });

  const say = async (upto: number, from = 0) => {
    for (let n = from; n < upto; n++) await sender.send({ type: "broadcast", event: "say", payload: { n } });
  };
  /** The last one, once the faults are over, shows that nothing more will come before it. */
  const saidAll = async (last: number) => {
    await faults.clear();
    await say(last + 1, last);
    await until(() => heard.includes(last), "the last message");
  };

  it("FA15 are dropped by the share that was asked for, on that topic only", async () => {
    const spared = await listen(two.channel("healthy"));
    const other = await joined(one.channel("healthy"));
    await faults.dropMessages("faulty", 0.5);
    await say(40);
    for (let n = 0; n < 40; n++) await other.send({ type: "broadcast", event: "say", payload: { n } });
    await until(() => spared.length === 40, "all on the other topic");
    await saidAll(40);
    expect(heard.length).toBeGreaterThan(8);
    expect(heard.length).toBeLessThan(33);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  it("FA16 come twice", async () => {
    await faults.duplicateMessages("faulty", 1);
    await say(5);
    await until(() => heard.length === 10, "every message twice");
    expect(heard.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it("FA17 come late, in order", async () => {
    await faults.delayMessages("faulty", 200);
    const start = performance.now();
    await say(5);
    await until(() => heard.length === 5, "all of them");
    expect(performance.now() - start).toBeGreaterThan(195);
    expect(heard).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ["FA18 swap places with the next", () => faults.reorderMessages("faulty", 0.5)],
    ["FA21 overtake each other", () => faults.scatterMessages("faulty", [0, 200])],
  ])("%s", async (_, fault) => {
    await fault();
    await say(20);
    await until(() => heard.length === 20, "all of them");
    expect(heard).not.toEqual(heard.toSorted((a, b) => a - b));
    expect(heard.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});

describe("sockets and channels", () => {
  it("FA19 a killed socket comes back by itself; only that person's is cut", async () => {
    const eve = await newPerson(project, "Eve");
    const statuses: string[] = [];
    const channel = ada.client.channel("cut");
    await new Promise<void>((ready) => {
      channel.subscribe((status) => {
        statuses.push(status);
        if (status === "SUBSCRIBED") ready();
      });
    });
    const spared = await joined(eve.client.channel("cut"));
    await ada.client.realtime.setAuth();
    expect((await faults.killSockets(ada.id)).killed).toBe(1);
    await until(() => statuses.filter((status) => status === "SUBSCRIBED").length === 2, "the way back");
    expect(spared.state).toBe("joined");
    await Promise.all([ada.client.removeAllChannels(), eve.client.removeAllChannels()]);
  });

  it("FA20 an expired token and a closed channel end in CLOSED", async () => {
    for (const fault of [() => faults.expireTokens(ada.id), () => faults.closeChannels("ending")]) {
      const statuses: string[] = [];
      const channel = ada.client.channel("ending");
      await ada.client.realtime.setAuth();
      channel.subscribe((status) => statuses.push(status));
      await until(() => statuses.includes("SUBSCRIBED"), "the join");
      await fault();
      await until(() => statuses.includes("CLOSED"), "the end");
      await ada.client.removeAllChannels();
    }
  });

  it("FA22 Realtime that is down cuts everybody and lets nobody in, while REST goes on; then all come back", async () => {
    const statuses: string[] = [];
    ada.client.channel("down").subscribe((status) => statuses.push(status));
    await until(() => statuses.includes("SUBSCRIBED"), "the join");
    expect((await faults.loseRealtime(60)).killed).toBeGreaterThan(0);
    await until(() => statuses.includes("CHANNEL_ERROR"), "the cut");
    expect((await quiet("without Realtime")).error).toBeNull();
    await faults.returnRealtime();
    await until(() => statuses.at(-1) === "SUBSCRIBED", "the way back", 30_000);
    await ada.client.removeAllChannels();
  });
});
