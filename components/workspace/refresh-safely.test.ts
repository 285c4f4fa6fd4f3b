import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refreshSafely } from "./refresh-safely.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SECOND = 1_000;

function page() {
  const answers: ((isThere: boolean) => void)[] = [];
  const state = { hasUnsent: false, drawn: 0, answers };
  const stop = refreshSafely({
    hasUnsentText: async () => state.hasUnsent,
    isAnswering: () => new Promise((resolve) => answers.push(resolve)),
    refresh: () => state.drawn++,
  });
  return Object.assign(state, { stop });
}

it("words that are written while the server is asked keep the page until they are sent", async () => {
  const one = page();
  await vi.advanceTimersByTimeAsync(0);
  one.hasUnsent = true;
  one.answers.shift()?.(true);
  await vi.advanceTimersByTimeAsync(3 * SECOND);
  expect([one.drawn, one.answers.length]).toEqual([0, 0]);
  one.hasUnsent = false;
  await vi.advanceTimersByTimeAsync(SECOND);
  one.answers.shift()?.(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(one.drawn).toBe(1);
});

it("a server that is slow is asked one question at a time, and the page drawn once", async () => {
  const one = page();
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect(one.answers).toHaveLength(1);
  one.answers.shift()?.(false);
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect(one.answers).toHaveLength(1);
  one.answers.shift()?.(true);
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect([one.drawn, one.answers.length]).toEqual([1, 0]);
});

it("an answer that comes when nobody waits any more draws nothing", async () => {
  const one = page();
  await vi.advanceTimersByTimeAsync(0);
  one.stop();
  one.answers.shift()?.(true);
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect([one.drawn, one.answers.length]).toEqual([0, 0]);
});
