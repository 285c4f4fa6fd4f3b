import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BlockId, newBlockId } from "../../lib/core/ids.ts";
import type { Related } from "./related-source.ts";
import { AGAIN_MS, REST_MS, RelatedStore, type Rest } from "./related-store.ts";

const [one, two] = [newBlockId(), newBlockId()];
const hit = (snippet: string): Related => ({
  ...{ documentId: "d", blockId: newBlockId(), title: "T", snippet, isCut: false },
});

function scene() {
  const asked: BlockId[] = [];
  const signals: AbortSignal[] = [];
  const world = {
    rest: null as Rest | null,
    answer: async (): Promise<readonly Related[]> => [hit("near")],
    isOnline: true,
  };
  const store = new RelatedStore({
    readRest: () => world.rest,
    ask: (block, signal) => {
      asked.push(block);
      signals.push(signal);
      return world.answer();
    },
    isOnline: () => world.isOnline,
    now: () => Date.now(),
  });
  const go = (blockId: BlockId, text: string, isEdit = false) => {
    world.rest = { blockId, text };
    store.stir(isEdit);
  };
  const state = () => store.state.getSnapshot();
  const shown = () => [state().phase, ...state().related.map(({ snippet }) => snippet)];
  return { store, world, asked, signals, go, state, shown };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("related blocks", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are asked for once the caret rests, never while it moves, and not again for the same words", async () => {
    const { asked, go, state, shown } = scene();
    for (let key = 0; key < 10; key += 1) {
      go(one, "words");
      await pass(REST_MS - 1);
    }
    expect([asked.length, ...shown()]).toEqual([0, "none"]);
    await pass(1);
    expect([asked.length, ...shown()]).toEqual([1, "shown", "near"]);
    expect(state().beside?.text).toBe("words");
    go(one, "words");
    await pass(60_000);
    expect(asked).toEqual([one]);
    go(two, "others");
    await pass(REST_MS);
    go(one, "words");
    await pass(REST_MS);
    expect(asked, "older than a minute").toEqual([one, two, one]);
    go(two, "others");
    await pass(REST_MS);
    expect(asked, "kept").toHaveLength(3);
  });

  it("of words written just now are asked for again until they are there", async () => {
    const { world, asked, go, shown } = scene();
    world.answer = async () => [];
    go(one, "new words", true);
    await pass(REST_MS);
    expect(shown()).toEqual(["shown"]);
    await pass(AGAIN_MS[0] ?? 0);
    go(one, "new words");
    world.answer = async () => [hit("found")];
    await pass(AGAIN_MS[1] ?? 0);
    expect([asked.length, ...shown()]).toEqual([3, "shown", "found"]);
    await pass(60_000);
    expect(asked).toHaveLength(3);
  });

  it("of the block before stay until there are others, and a late answer to it is not looked at", async () => {
    const { world, signals, go, state, shown } = scene();
    go(one, "words");
    await pass(REST_MS);
    const slow = Promise.withResolvers<readonly Related[]>();
    world.answer = () => slow.promise;
    go(two, "slow");
    await pass(REST_MS);
    expect([...shown(), state().beside?.blockId]).toEqual(["asking", "near", one]);
    world.answer = async () => [hit("third")];
    go(newBlockId(), "third");
    await pass(REST_MS);
    slow.resolve([hit("late")]);
    await pass(0);
    expect(shown()).toEqual(["shown", "third"]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  });

  it("say what they cannot do: without words, without an answer, without a connection", async () => {
    const { store, world, asked, go, shown } = scene();
    world.answer = async () => Promise.reject(new Error("no"));
    go(one, "words");
    await pass(REST_MS);
    expect(shown()).toEqual(["failed"]);
    world.isOnline = false;
    store.again();
    expect(shown()).toEqual(["offline"]);
    world.isOnline = true;
    world.answer = async () => [hit("back")];
    store.again();
    await pass(0);
    expect(shown()).toEqual(["shown", "back"]);
    go(one, " ");
    await pass(REST_MS);
    expect([asked.length, ...shown()]).toEqual([2, "none"]);
    go(one, "more");
    store.stop();
    await pass(60_000);
    expect(asked).toHaveLength(2);
  });
});
