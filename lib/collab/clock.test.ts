import { afterEach, expect, test, vi } from "vitest";
import { AppendLoop } from "./append-loop.ts";
import { systemClock } from "./clock.ts";

afterEach(() => vi.restoreAllMocks());

test("TM1 a computer's clock that is set back or ahead makes no pause longer: what is written goes out at once", async () => {
  const waiting: number[] = [];
  const sent: number[] = [];
  const loop = new AppendLoop<number>({
    clock: systemClock,
    chance: () => 0,
    hasWork: () => waiting.length > 0,
    next: () => waiting[0] ?? null,
    send: (one) => {
      sent.push(one);
      waiting.shift();
      return Promise.resolve();
    },
    windowMs: () => 0,
    onFailure: () => undefined,
    onRefusal: () => Promise.resolve(false),
    onIdle: () => undefined,
  });
  const wall = vi.spyOn(Date, "now");
  for (const year of [2026, 2001, 2099, 2026]) {
    wall.mockReturnValue(Date.UTC(year, 0));
    waiting.push(year);
    loop.wake();
    await Promise.resolve();
    await Promise.resolve();
  }
  loop.stop();
  expect(sent).toEqual([2026, 2001, 2099, 2026]);
});
