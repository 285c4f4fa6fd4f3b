import { beforeEach, describe, expect, test, vi } from "vitest";
import type { DocumentRow } from "./tree-model.ts";
import type { TreeEvents, TreeSource } from "./tree-source.ts";
import { createTreeStore } from "./tree-store.ts";

const one: DocumentRow = { id: "1", parentPath: "", sortOrder: "a", title: "One" };
const two: DocumentRow = { id: "2", parentPath: "", sortOrder: "b", title: "Two" };

/** A server in memory that says nothing by itself; the test tells its events. */
function fakeSource() {
  const follows: { epoch: number; events: TreeEvents; stopped: boolean }[] = [];
  const server = { epoch: 1, rows: [one, two] as DocumentRow[], access: true, refuse: false };
  const answer = async () => {
    if (server.refuse) throw new Error("Refused.");
  };
  const source: TreeSource = {
    list: async () => (server.access ? { epoch: server.epoch, rows: [...server.rows] } : null),
    create: answer,
    move: answer,
    rename: answer,
    trash: answer,
    restore: answer,
    follow(epoch, events) {
      const follow = { epoch, events, stopped: false };
      follows.push(follow);
      return () => {
        follow.stopped = true;
      };
    },
  };
  return { source, server, follows };
}

function setUp() {
  const fake = fakeSource();
  const onNoAccess = vi.fn();
  const onNewEpoch = vi.fn();
  const store = createTreeStore({ source: fake.source, rows: [one, two], epoch: 1, onNoAccess, onNewEpoch });
  const titles = () => [...store.rows().values()].map((row) => row.title);
  const live = () => {
    const last = fake.follows.at(-1);
    if (!last) throw new Error("It does not follow.");
    return last;
  };
  return { ...fake, store, onNoAccess, onNewEpoch, titles, live };
}

beforeEach(() => {
  vi.useRealTimers();
});

describe("the living tree", () => {
  test("shows what others do as they do it", () => {
    const { store, titles, live } = setUp();
    store.start();
    live().events.onRow({ ...two, title: "Second" });
    expect(titles()).toEqual(["One", "Second"]);
    live().events.onGone("1");
    expect(titles()).toEqual(["Second"]);
  });

  test("lists again after each connection, because changes before it were missed", async () => {
    const { store, server, titles, live } = setUp();
    store.start();
    server.rows = [one];
    live().events.onLive(true);
    await vi.waitFor(() => expect(titles()).toEqual(["One"]));
  });

  test("lists again when an event came while a list was on its way", async () => {
    const { store, source, titles, live } = setUp();
    const lists = vi.spyOn(source, "list");
    store.start();
    store.refresh();
    live().events.onRow({ ...one, title: "Newer" });
    await vi.waitFor(() => expect(lists).toHaveBeenCalledTimes(2));
    await vi.waitFor(() => expect(titles()).toContain("One"));
  });

  test("follows the new epoch's topic and leaves the old one", async () => {
    const { store, server, follows, live, onNewEpoch } = setUp();
    store.start();
    server.epoch = 2;
    live().events.onEpoch();
    await vi.waitFor(() => expect(live().epoch).toBe(2));
    expect(follows[0]?.stopped).toBe(true);
    expect(onNewEpoch).toHaveBeenCalledOnce();
  });

  test("stops and says so when access is gone", async () => {
    const { store, server, live, onNoAccess } = setUp();
    store.start();
    server.access = false;
    live().events.onEpoch();
    await vi.waitFor(() => expect(onNoAccess).toHaveBeenCalledOnce());
    expect(live().stopped).toBe(true);
  });

  test("goes on by asking every ten seconds while the channel is down", async () => {
    vi.useFakeTimers();
    const { store, source, live } = setUp();
    const lists = vi.spyOn(source, "list");
    const stop = store.start();
    live().events.onLive(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lists).toHaveBeenCalledTimes(2);
    live().events.onLive(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lists).toHaveBeenCalledTimes(3);
    stop();
  });

  test("starts again after it was stopped, as React does in development", () => {
    const { store, follows } = setUp();
    store.start()();
    store.start();
    expect(follows.map((one) => one.stopped)).toEqual([true, false]);
  });
});

describe("what a person does", () => {
  test("is seen at once, and taken back when the database refuses", async () => {
    const { store, server, titles } = setUp();
    server.refuse = true;
    const asked = store.rename("1", "New");
    expect(titles()).toEqual(["New", "Two"]);
    await expect(asked).rejects.toThrow("Refused.");
    expect(titles()).toEqual(["One", "Two"]);
  });

  test("a new document is there before the database answered, and stays", async () => {
    const { store, titles } = setUp();
    const asked = store.create({ parentId: null, afterId: "2" }, "Three");
    expect(titles()).toContain("Three");
    await asked;
    expect(titles()).toContain("Three");
  });

  test("that nobody tells back is dropped after ten seconds", async () => {
    vi.useFakeTimers();
    const { store, titles } = setUp();
    await store.rename("1", "New");
    await vi.advanceTimersByTimeAsync(9_999);
    expect(titles()).toContain("New");
    await vi.advanceTimersByTimeAsync(1);
    expect(titles()).toContain("One");
  });
});

describe("what an open page calls its document", () => {
  test("is shown before any row says so, and gives way to a later rename in the tree", async () => {
    const { store, titles, live } = setUp();
    store.start();
    store.name("1", "Typed");
    expect(titles()).toEqual(["Typed", "Two"]);
    live().events.onRow({ ...one, title: "Typ" });
    expect(titles()).toEqual(["Typed", "Two"]);
    await store.rename("1", "Renamed");
    expect(titles()).toEqual(["Renamed", "Two"]);
    store.name("1", "Renamed and typed");
    expect(titles()).toEqual(["Renamed and typed", "Two"]);
  });

  test("is held for ten seconds after the page is closed, and as long as it is open again", async () => {
    vi.useFakeTimers();
    const { store, titles } = setUp();
    store.name("1", "Typed");
    store.unname("1");
    await vi.advanceTimersByTimeAsync(9_000);
    expect(titles()).toEqual(["Typed", "Two"]);
    store.name("1", "Typed");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(titles()).toEqual(["Typed", "Two"]);
    store.unname("1");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(titles()).toEqual(["One", "Two"]);
  });

  test("is not held where the rows have followed already: another's new title is seen at once", () => {
    const { store, titles, live } = setUp();
    store.start();
    store.name("1", "One");
    store.unname("1");
    live().events.onRow({ ...one, title: "By another" });
    expect(titles()).toEqual(["By another", "Two"]);
  });
});
