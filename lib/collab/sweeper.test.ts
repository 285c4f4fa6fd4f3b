import { expect, test, vi } from "vitest";
import { createMemoryOutbox, type OutboxEntry } from "./outbox.ts";
import {
  createLeaseLocks,
  createMemoryLocks,
  createWebLocks,
  type SessionLocks,
  sessionLock,
} from "./session-locks.ts";
import { Sweeper } from "./sweeper.ts";
import { VirtualClock } from "./virtual-clock.ts";

const entry = (sessionId: string, clientSeq: number): OutboxEntry => ({
  sessionId,
  yjsClientId: 1,
  clientSeq,
  parts: [Uint8Array.of(clientSeq)],
});

function createShared() {
  const clock = new VirtualClock();
  const outbox = createMemoryOutbox();
  const locks = createMemoryLocks();
  const openTab = (
    ownSessionId: string,
    impossible: string[] = [],
    /** Which entry stands on which. */
    standsOn: Readonly<Record<string, string>> = {},
  ) => {
    /** What was tried, and what of it went in. */
    const adopted: string[] = [];
    const taken: string[] = [];
    const leftovers: number[] = [];
    /** Whether reading on succeeds, and what it makes possible. */
    const log = { isThere: true, brings: "" };
    const sweeper = new Sweeper({
      outbox,
      locks,
      sweepLock: "sweep",
      ownSessionId,
      clock,
      adopt: (entries) => {
        return entries.filter(({ sessionId, clientSeq }) => {
          const name = `${sessionId} ${clientSeq}`;
          adopted.push(name);
          const ground = standsOn[name];
          if (impossible.includes(sessionId) || (ground !== undefined && !taken.includes(ground)))
            return true;
          taken.push(name);
          return false;
        });
      },
      readOn: () => {
        if (log.isThere && impossible.includes(log.brings))
          impossible.splice(impossible.indexOf(log.brings), 1);
        return Promise.resolve(log.isThere);
      },
      onLeftovers: (entries) => leftovers.push(entries.length),
    });
    return { sweeper, adopted, taken, leftovers, log };
  };
  return { clock, outbox, locks, openTab };
}

test("SW1 a tab takes over what dead tabs left, in order, and leaves the living alone", async () => {
  const { clock, outbox, locks, openTab } = createShared();
  for (const [session, seq] of [
    ["dead2", 1],
    ["alive", 1],
    ["dead1", 1],
    ["dead2", 2],
    ["me", 1],
  ] as const) {
    await outbox.put(entry(session, seq));
  }
  const release = await locks.tryHold(sessionLock("alive"));
  const { sweeper, adopted } = openTab("me");
  await sweeper.start();
  expect(adopted).toEqual(["dead2 1", "dead2 2", "dead1 1"]);
  await clock.run(60_000);
  expect(adopted).toHaveLength(3);
  release?.();
  await clock.run(20_000);
  expect(adopted).toEqual(["dead2 1", "dead2 2", "dead1 1", "alive 1"]);
  sweeper.stop();
});

test("SW2 one tab sweeps a document; when it closes, another takes its place", async () => {
  const { clock, outbox, openTab } = createShared();
  await outbox.put(entry("dead", 1));
  const [one, two] = [openTab("one"), openTab("two")];
  await one.sweeper.start();
  await two.sweeper.start();
  expect([one.adopted, two.adopted]).toEqual([["dead 1"], []]);
  one.sweeper.stop();
  await clock.run(20_000);
  expect(two.adopted).toEqual(["dead 1"]);
  two.sweeper.stop();
  await clock.run(60_000);
});

test("SW3 what can never be sent is told, and gone only when the person discards it", async () => {
  const { outbox, openTab } = createShared();
  await outbox.put(entry("broken", 1));
  await outbox.put(entry("fine", 1));
  const { sweeper, leftovers } = openTab("me", ["broken"]);
  await sweeper.start();
  expect(leftovers).toEqual([1]);
  expect((await outbox.list()).map(({ sessionId }) => sessionId)).toContain("broken");
  await sweeper.discardLeftovers();
  expect(leftovers).toEqual([1, 0]);
  expect((await outbox.list()).map(({ sessionId }) => sessionId)).toEqual(["fine"]);
  sweeper.stop();
});

test("SW5 what stands on rows that were not read yet is taken over once they are, each entry once", async () => {
  const { clock, outbox, openTab } = createShared();
  await outbox.put(entry("early", 1));
  await outbox.put(entry("fine", 1));
  const { sweeper, taken, leftovers, log } = openTab("me", ["early"]);
  Object.assign(log, { isThere: false, brings: "early" });
  await sweeper.start();
  expect([taken, leftovers]).toEqual([["fine 1"], []]);
  log.isThere = true;
  await clock.run(60_000);
  expect([taken, leftovers]).toEqual([["fine 1", "early 1"], []]);
  sweeper.stop();
});

test("SW6 of two dead tabs, one that began first and went on in the other's words comes behind it, in its own order", async () => {
  const { outbox, openTab } = createShared();
  for (const [session, seq] of [
    ["lasting", 1],
    ["lasting", 2],
    ["lasting", 3],
    ["first", 1],
  ] as const) {
    await outbox.put(entry(session, seq));
  }
  const { sweeper, taken, leftovers } = openTab("me", [], {
    "lasting 2": "first 1",
    "first 1": "lasting 1",
  });
  await sweeper.start();
  expect(taken).toEqual(["lasting 1", "first 1", "lasting 2", "lasting 3"]);
  expect(leftovers).toEqual([]);
  sweeper.stop();
});

function createLease(store: Map<string, string>, clock: VirtualClock) {
  const hides: (() => void)[] = [];
  const storage = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => store.set(key, value),
    removeItem: (key: string) => store.delete(key),
  };
  return { locks: createLeaseLocks(storage, clock, (releaseAll) => hides.push(releaseAll)), hides };
}

test("SW4 a lock is held by one, and free after its release; leases end with the page or after a minute and a half", async () => {
  const clock = new VirtualClock();
  const store = new Map<string, string>();
  const lease = createLease(store, clock);
  const kinds: SessionLocks[] = [createMemoryLocks(), lease.locks, createWebLocks(fakeManager())];
  for (const locks of kinds) {
    const release = await locks.tryHold("a");
    expect(release).not.toBeNull();
    await clock.run(300_000);
    expect(await locks.tryHold("a")).toBeNull();
    expect(await locks.tryHold("b")).not.toBeNull();
    release?.();
    await vi.waitFor(async () => expect(await locks.tryHold("a")).not.toBeNull());
  }
  for (const hide of lease.hides) hide();
  expect(store.size).toBe(0);
  store.set("killed", String(clock.now() + 90_000));
  expect(await lease.locks.tryHold("killed")).toBeNull();
  await clock.run(91_000);
  expect(await lease.locks.tryHold("killed")).not.toBeNull();
  for (const hide of lease.hides) hide();
});

/** Web Locks as the standard describes them, as far as they are used here. */
function fakeManager(): LockManager {
  const held = new Set<string>();
  const request = async (
    name: string,
    _options: unknown,
    work: (lock: unknown) => Promise<void> | undefined,
  ) => {
    if (held.has(name)) return work(null);
    held.add(name);
    await work({ name });
    held.delete(name);
    return undefined;
  };
  return { request, query: () => Promise.resolve({}) } as unknown as LockManager;
}
