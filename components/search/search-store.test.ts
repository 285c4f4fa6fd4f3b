import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blockId } from "../../lib/core/ids.ts";
import type { BlockHit, Hits, SearchStatus } from "./search-answers.ts";
import type { Line } from "./search-list.ts";
import type { Question, SearchSource } from "./search-source.ts";
import {
  MEANING_AFTER_MS,
  MEANING_AGAIN_MS,
  SearchStore,
  STATUS_EVERY_MS,
  WEAK_WAIT_MS,
  WORDS_AFTER_MS,
} from "./search-store.ts";

type Asked<Answer> = Question & {
  readonly signal: AbortSignal;
  readonly answer: (value: Answer) => Promise<void>;
  readonly fail: () => Promise<void>;
};
const READY: SearchStatus = { model: "m", waiting: 0, failed: 0, preparing: null };

function block(name: string, words = 0.5): BlockHit {
  const hex = Buffer.from(name).toString("hex").padEnd(32, "0");
  return {
    kind: "block",
    documentId: name[0] ?? "",
    blockId: blockId(hex),
    type: "paragraph",
    title: name,
    path: [],
    snippet: name,
    isCutBefore: false,
    isCutBehind: false,
    words,
  };
}
const hits = (...names: string[]): Hits => ({ documents: [], blocks: names.map((name) => block(name)) });
const titled = (title: string): Hits["documents"][number] => ({
  kind: "document",
  documentId: title,
  title,
  path: [],
  updatedAt: null,
});
const meant = (...names: string[]) => ({ ...hits(...names), byMeaning: true });

/** A source whose every answer the test gives. */
function scene({ status = [READY] as SearchStatus[], isOnline = true, known = [] as string[] } = {}) {
  const words: Asked<Hits>[] = [];
  const meaning: Asked<Hits & { byMeaning: boolean }>[] = [];
  const opened: Line[] = [];
  const asking =
    <Answer>(list: Asked<Answer>[]) =>
    (question: Question, signal: AbortSignal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const settled = (settle: () => void) => async () => {
        settle();
        await vi.advanceTimersByTimeAsync(0);
      };
      const fail = settled(() => reject(new Error("no answer")));
      list.push({ ...question, signal, answer: (value) => settled(() => resolve(value))(), fail });
      return promise;
    };
  const source: SearchSource = {
    byWords: asking(words),
    byMeaning: asking(meaning),
    status: async () => (status.length > 1 ? status.shift() : status[0]) ?? READY,
    members: async () => [],
  };
  const net = { isOnline };
  const recent: Line[] = [{ kind: "search", query: "before" }];
  const store = new SearchStore({
    source,
    isOnline: () => net.isOnline,
    recent: () => recent,
    knownTitles: () => known.map(titled),
    onOpen: (line) => opened.push(line),
  });
  const state = () => store.state.getSnapshot();
  const shown = () => state().lines.map((line) => (line.kind === "block" ? line.title : line.kind));
  return { store, words, meaning, opened, net, recent, state, shown };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("searching", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks for words shortly after the last key, for meaning a little later, each once", async () => {
    const { store, words, meaning, state, shown } = scene();
    expect([state().phase, ...shown()]).toEqual(["idle", "search"]);
    for (const typed of ["s", "sl", "slow"]) {
      store.type(typed);
      await pass(WORDS_AFTER_MS / 2);
    }
    await pass(WORDS_AFTER_MS);
    expect([words.map(({ query }) => query), meaning.length]).toEqual([["slow"], 0]);
    await words[0]?.answer(hits("a1", "b1"));
    expect([state().phase, state().answered, ...shown()]).toEqual(["words", "slow", "a1", "b1"]);
    await pass(MEANING_AFTER_MS);
    await meaning[0]?.answer(meant("c1", "b1", "a1"));
    expect([state().phase, ...shown()]).toEqual(["done", "a1", "c1", "b1"]);
    expect(state()).toMatchObject({ active: 0, isByMeaning: true });
    store.type("");
    expect([state().phase, ...shown()]).toEqual(["idle", "search"]);
    await pass(10_000);
    expect([words.length, meaning.length]).toEqual([1, 1]);
  });

  it("adds documents that this page knows by all that was asked: a title of now is not in the database yet", async () => {
    const { store, words, meaning, state } = scene({ known: ["Élan vital", "Vital signs", "Elan"] });
    const titles = () =>
      state().lines.flatMap((line) => (line.kind === "document" ? [line.title] : ["block"]));
    store.type("elan ");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer({ documents: [titled("Elan")], blocks: [] });
    expect(titles()).toEqual(["Elan", "Élan vital"]);
    await meaning[0]?.answer({ documents: [], blocks: [block("a1")], byMeaning: true });
    expect(titles()).toEqual(["Elan", "Élan vital", "block"]);
    store.type("nothing");
    await pass(MEANING_AFTER_MS);
    await meaning[1]?.answer(meant());
    expect(titles()).toEqual([]);
  });

  it("never shows an answer to an older question, whichever way it comes, and lets go of it", async () => {
    const { store, words, meaning, state, shown } = scene();
    store.type("old");
    await pass(MEANING_AFTER_MS);
    store.type("new");
    await pass(MEANING_AFTER_MS);
    expect([words[0]?.signal.aborted, words[1]?.signal.aborted]).toEqual([true, false]);
    await words[1]?.answer(hits("n1"));
    await words[0]?.answer(hits("o1"));
    await meaning[0]?.answer(meant("o2"));
    expect([state().phase, state().answered, ...shown()]).toEqual(["words", "new", "n1"]);
    await meaning[0]?.fail();
    await meaning[1]?.answer(meant("n1", "n2"));
    store.narrow({ kind: "tasks" });
    expect(shown(), "the lines stay until there are others").toEqual(["n1", "n2"]);
    await pass(0);
    expect(words[2]).toMatchObject({ query: "new", filters: { kind: "tasks", within: null } });
  });

  it("moves no line at which the person or the pointer is", async () => {
    const { store, words, meaning, state, shown } = scene();
    store.type("x");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(hits("a1", "b1", "c1", "d1"));
    store.moveTo(1);
    store.point(2);
    await meaning[0]?.answer(meant("e1", "d1", "c1", "a1"));
    expect([...shown(), state().active]).toEqual(["a1", "b1", "c1", "e1", "d1", 1]);
  });

  it("opens the first line as soon as it is there when Enter was faster", async () => {
    const { store, words, meaning, opened } = scene();
    store.type("quick");
    store.enter();
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(hits());
    expect(opened).toEqual([]);
    await meaning[0]?.answer(meant("q1"));
    expect(opened).toMatchObject([{ title: "q1" }]);
    store.type("quicker");
    store.enter();
    store.type("quickest");
    await pass(WORDS_AFTER_MS);
    await words[1]?.answer(hits("q2"));
    expect(opened, "typing on takes it back").toHaveLength(1);
    store.enter();
    expect(opened).toHaveLength(2);
  });

  it("lets meaning be first where words hardly match, and not for long", async () => {
    const { store, words, meaning, state, shown } = scene();
    const weak: Hits = { documents: [], blocks: [block("by", 0.05)] };
    store.type("boat delayed by weather");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(weak);
    expect(state().phase).toBe("asking");
    await meaning[0]?.answer(meant("ferry", "by"));
    expect([state().phase, ...shown()]).toEqual(["done", "ferry", "by"]);
    await pass(WEAK_WAIT_MS);
    expect(shown()).toEqual(["ferry", "by"]);
    store.type("boat");
    await pass(MEANING_AFTER_MS);
    await words[1]?.answer(weak);
    await pass(WEAK_WAIT_MS);
    expect([state().phase, ...shown()]).toEqual(["words", "by"]);
    store.type("ship");
    await pass(MEANING_AFTER_MS);
    await words[2]?.answer(weak);
    await meaning[2]?.fail();
    expect([state().phase, ...shown()], "nobody is waited for").toEqual(["done", "by"]);
  });

  it("makes do with one of the two answers, and says which; without both it can be tried again", async () => {
    const { store, words, meaning, state, shown } = scene();
    store.type("x");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(hits("a1"));
    await meaning[0]?.fail();
    expect([state().phase, state().isByMeaning, ...shown()]).toEqual(["done", false, "a1"]);
    store.again();
    await pass(MEANING_AFTER_MS);
    await meaning[1]?.fail();
    expect(state().phase).toBe("asking");
    await words[1]?.answer(hits("a2"));
    expect([state().phase, state().isByMeaning, ...shown()]).toEqual(["done", false, "a2"]);
    store.again();
    await pass(MEANING_AFTER_MS);
    await words[2]?.fail();
    await meaning[2]?.answer({ ...hits("a3"), byMeaning: false });
    expect([state().phase, state().isByMeaning, ...shown()]).toEqual(["done", false, "a3"]);
    store.again();
    await pass(MEANING_AFTER_MS);
    await words[3]?.fail();
    await meaning[3]?.fail();
    expect([state().phase, ...shown()]).toEqual(["failed"]);
    store.again();
    await pass(MEANING_AFTER_MS);
    await meaning[4]?.answer(meant("a4"));
    await words[4]?.answer(hits("a5"));
    expect([state().phase, ...shown()], "meaning knows the words, too").toEqual(["done", "a4"]);
  });

  it("asks a model that is busy again, twice, as long as the question is the same", async () => {
    const { store, words, meaning, state, shown } = scene();
    store.type("x");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(hits("a1"));
    await meaning[0]?.answer({ ...hits("a1"), byMeaning: false });
    expect([state().phase, state().isByMeaning]).toEqual(["done", false]);
    await pass(MEANING_AGAIN_MS[0] ?? 0);
    await meaning[1]?.fail();
    await pass(MEANING_AGAIN_MS[1] ?? 0);
    await meaning[2]?.answer(meant("b1"));
    expect([state().isByMeaning, ...shown()]).toEqual([true, "a1", "b1"]);
    store.again();
    await pass(MEANING_AFTER_MS);
    await meaning[3]?.fail();
    store.type("y");
    await pass(60_000);
    expect(meaning.map(({ query }) => query)).toEqual(["x", "x", "x", "x", "y"]);
  });

  it("searches titles alone without a connection, and everything when there is one again", async () => {
    const { store, words, net, state, shown } = scene({ isOnline: false, known: ["Slow"] });
    store.type("atlas");
    expect([state().phase, ...shown()]).toEqual(["offline", "document"]);
    await pass(1_000);
    expect(words).toEqual([]);
    net.isOnline = true;
    store.again();
    await pass(0);
    await words[0]?.answer(hits("a1"));
    expect([state().phase, ...shown()]).toEqual(["words", "a1"]);
  });

  it("follows how far the reading is, and asks once more by meaning with each document that is read", async () => {
    const behind = { ...READY, waiting: 2 };
    const status = [behind, behind, { ...READY, waiting: 1 }, { ...READY, waiting: 1 }, READY];
    const { store, words, meaning, state, shown } = scene({ status });
    const stop = store.start();
    await pass(0);
    store.type("x");
    await pass(MEANING_AFTER_MS);
    await words[0]?.answer(hits("a1"));
    await meaning[0]?.answer(meant("a1"));
    expect(state().status?.waiting).toBe(2);
    await pass(STATUS_EVERY_MS);
    expect(meaning).toHaveLength(1);
    await pass(STATUS_EVERY_MS);
    expect(state().status?.waiting).toBe(1);
    await meaning[1]?.answer(meant("b1", "a1"));
    expect(shown()).toEqual(["a1", "b1"]);
    await pass(2 * STATUS_EVERY_MS);
    expect(state().status?.waiting).toBe(0);
    await meaning[2]?.answer(meant("b1", "a1", "c1"));
    expect(shown()).toEqual(["a1", "b1", "c1"]);
    stop();
    await pass(10 * STATUS_EVERY_MS);
    expect(meaning).toHaveLength(3);
  });

  it("forgets a search without losing the place in the list", () => {
    const { store, recent, state, shown } = scene();
    recent.push({ kind: "search", query: "older" });
    store.refresh();
    store.moveTo(7);
    expect(state().active).toBe(1);
    recent.pop();
    store.refresh();
    expect([...shown(), state().active]).toEqual(["search", 0]);
  });
});
