import { expect, test } from "vitest";
import type { AwarenessMessage } from "../core/protocol.ts";
import { Awareness } from "./awareness.ts";
import { frameGapMs, HOSTED_EVENTS_PER_SECOND } from "./budget.ts";
import { VirtualClock } from "./virtual-clock.ts";

const cursor = { anchor: 1, head: 2 };

function createOne(sessionId = "me") {
  const clock = new VirtualClock();
  const sent: (AwarenessMessage & { at: number })[] = [];
  const rumours: number[] = [];
  const silences: number[] = [];
  const awareness = new Awareness({
    sessionId,
    clock,
    send: (message) => sent.push({ ...message, at: clock.now() }) > 0,
    head: () => 42,
    onRumour: (head) => rumours.push(head),
    onSilence: () => silences.push(clock.now()),
    eventsPerSecond: HOSTED_EVENTS_PER_SECOND,
  });
  return { clock, sent, rumours, silences, awareness };
}

const frame = (counter: number, more: Partial<AwarenessMessage> = {}): AwarenessMessage => ({
  sessionId: "other",
  counter,
  head: 1,
  cursor,
  typing: false,
  blockId: null,
  ...more,
});

test("AW1 nothing is sent when alone; a newcomer is told at once where we are", async () => {
  const { clock, sent, awareness } = createOne();
  awareness.setCursor(cursor, "block");
  awareness.keyPressed();
  await clock.run(20_000);
  expect(sent).toEqual([]);
  awareness.setPresent(["me", "other"]);
  expect(sent).toMatchObject([{ sessionId: "me", cursor, blockId: "block", head: 42 }]);
});

test("AW2 frames keep their distance, wider with more people, and the last state always goes out", async () => {
  const { clock, sent, awareness } = createOne();
  awareness.setPresent(["me", "other"]);
  for (let move = 0; move < 100; move++) {
    awareness.setCursor({ anchor: move, head: move }, null);
    await clock.run(5);
  }
  await clock.run(100);
  const gaps = sent.slice(1).map((message, index) => message.at - (sent[index]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
  expect(sent.length).toBeGreaterThanOrEqual(9);
  expect(sent.at(-1)?.cursor).toEqual({ anchor: 99, head: 99 });
  const own = { othersMoving: 0, eventsPerSecond: Number.POSITIVE_INFINITY };
  const steps = [1, 4, 5, 10, 50, 500].map((others) => frameGapMs({ others, ...own }));
  expect(steps).toEqual([50, 50, 100, 100, 500, 1_000]);
  const hosted = (others: number, othersMoving: number) =>
    frameGapMs({ others, othersMoving, eventsPerSecond: HOSTED_EVENTS_PER_SECOND });
  expect([hosted(1, 1), hosted(999, 999)]).toEqual([50, 2_500]);
  expect(hosted(19, 0), "who moves alone among twenty").toBeLessThanOrEqual(200);
});

test("AW9 twenty people stay within their share of the hosted budget, few of them moving or all", async () => {
  for (const movers of [1, 5, 20]) {
    const { clock, all, events } = createCrowd(20);
    const move = async (seconds: number) => {
      for (let tick = 0; tick < seconds * 10; tick++) {
        for (const one of all.slice(0, movers)) one.setCursor({ anchor: tick, head: tick }, null);
        await clock.run(100);
      }
    };
    await move(10);
    const before = events.count;
    await move(20);
    // One frame of each may fall on the edge of the time.
    const perSecond = (events.count - before - 20 * 20) / 20;
    expect(perSecond, `${movers} of 20 move`).toBeLessThanOrEqual(0.46 * HOSTED_EVENTS_PER_SECOND);
    expect(perSecond).toBeGreaterThan(100);
    for (const one of all) expect(one.peers.getSnapshot().size, "everybody is still shown").toBe(19);
  }
});

/** People on one bus, and how many events Realtime would count: one for a frame and one for each who hears it. */
function createCrowd(people: number) {
  const clock = new VirtualClock();
  const events = { count: 0 };
  const all: Awareness[] = [];
  for (let place = 0; place < people; place++) {
    const sessionId = `s${place}`;
    const send = (message: AwarenessMessage): boolean => {
      events.count += people;
      clock.after(1, () => {
        for (const other of all) other.receive(message);
      });
      return true;
    };
    const rest = { head: () => 0, onRumour: () => undefined, eventsPerSecond: HOSTED_EVENTS_PER_SECOND };
    all.push(new Awareness({ sessionId, clock, send, ...rest }));
  }
  for (const one of all) one.setPresent(all.map((_, place) => `s${place}`));
  return { clock, all, events };
}

test("AW3 typing lasts until three seconds after the last key", async () => {
  const { clock, sent, awareness } = createOne();
  awareness.setPresent(["me", "other"]);
  awareness.keyPressed();
  await clock.run(2_000);
  awareness.keyPressed();
  await clock.run(2_900);
  expect(sent.at(-1)?.typing).toBe(true);
  await clock.run(200);
  expect(sent.at(-1)?.typing).toBe(false);
});

test("AW4 an old frame never overwrites a newer one, not even after 'left'", () => {
  const { awareness } = createOne();
  const state = () => awareness.peers.getSnapshot().get("other");
  awareness.receive(frame(5, { typing: true }));
  awareness.receive(frame(4, { typing: false }));
  awareness.receive(frame(5, { typing: false }));
  expect(state()?.typing).toBe(true);
  awareness.receive(frame(6, { typing: false }));
  expect(state()?.typing).toBe(false);
  awareness.receive(frame(7, { left: true }));
  expect(state()).toBeUndefined();
  awareness.receive(frame(6, { typing: true }));
  expect(state()).toBeUndefined();
});

test("AW5 a silent session is gone after ten seconds; ours is renewed while others are here", async () => {
  const { clock, sent, silences, awareness } = createOne();
  awareness.receive(frame(1));
  await clock.run(9_000);
  expect(awareness.peers.getSnapshot().size).toBe(1);
  await clock.run(2_000);
  expect([awareness.peers.getSnapshot().size, silences.length]).toEqual([0, 1]);
  awareness.setPresent(["me", "reader"]);
  sent.length = 0;
  await clock.run(30_000);
  const gaps = sent.slice(1).map((message, index) => message.at - (sent[index]?.at ?? 0));
  expect(sent.length).toBeGreaterThan(5);
  expect(Math.max(...gaps)).toBeLessThan(5_000);
});

test("AW6 leaving says so, once, and then nothing more", async () => {
  const { clock, sent, awareness } = createOne();
  awareness.receive(frame(1));
  awareness.leave();
  awareness.leave();
  awareness.setCursor(cursor, null);
  await clock.run(20_000);
  expect(sent.filter((message) => message.left)).toHaveLength(1);
  expect(sent.at(-1)).toMatchObject({ left: true, cursor: null });
});

test("AW7 a session whose socket is gone is dropped at once, and comes back with its next frame", () => {
  const { awareness } = createOne();
  awareness.receive(frame(1));
  awareness.drop("other");
  awareness.drop("nobody");
  expect(awareness.peers.getSnapshot().size).toBe(0);
  awareness.receive(frame(2));
  expect(awareness.peers.getSnapshot().size).toBe(1);
});

test("AW8 our own frames are not another person, heads are passed on, what is remembered is bounded", () => {
  const { awareness, rumours } = createOne();
  awareness.receive(frame(1, { sessionId: "me" }));
  expect(awareness.peers.getSnapshot().size).toBe(0);
  awareness.receive(frame(1, { head: 77 }));
  expect(rumours).toEqual([77]);
  for (let tab = 0; tab < 3_000; tab++) awareness.receive(frame(1, { sessionId: `tab${tab}` }));
  expect(awareness.peers.getSnapshot().size).toBeLessThanOrEqual(2_000);
  awareness.receive(frame(1, { sessionId: "newest" }));
  expect(awareness.peers.getSnapshot().has("newest")).toBe(true);
});
