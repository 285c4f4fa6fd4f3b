import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionOf,
  type Effect,
  isNews,
  isOver,
  OPENING,
  pollMs,
  type Reach,
  type Socket,
  step,
} from "./connection.ts";

const EVENTS = Object.keys({
  moved: 0,
  subscribed: 0,
  "channel-error": 0,
  "timed-out": 0,
  closed: 0,
  online: 0,
  offline: 0,
  visible: 0,
  "token-refreshed": 0,
  "token-failed": 0,
  "epoch-changed": 0,
  answered: 0,
  failed: 0,
  unauthenticated: 0,
  refused: 0,
  destroyed: 0,
} satisfies Record<ConnectionEvent, 0>) as ConnectionEvent[];

const SOCKETS: Socket[] = ["opening", "joining", "joined", "lost"];
const REACHES: Reach[] = ["reached", "unreachable", "signed-out", "offline", "refused", "ended"];
const STATES: ConnectionState[] = SOCKETS.flatMap((socket) => REACHES.map((reach) => ({ socket, reach })));

const nameOf = ({ socket, reach }: ConnectionState) => `${socket}/${reach}`;
const after = (...events: ConnectionEvent[]) =>
  events.reduce((state, event) => step(state, event).state, OPENING);

/** Every state that events lead to, each with the events that lead there. */
function reachable(): Map<string, ConnectionState> {
  const found = new Map([[nameOf(OPENING), OPENING]]);
  for (const state of found.values())
    for (const event of EVENTS) {
      const { state: next } = step(state, event);
      if (!found.has(nameOf(next))) found.set(nameOf(next), next);
    }
  return found;
}

test("CN1 every SUBSCRIBED is followed by a pull, unless it is over", () => {
  for (const state of STATES) {
    const { effects, state: next } = step(state, "subscribed");
    expect(effects, nameOf(state)).toEqual(isOver(state) ? [] : ["pull"]);
    if (!isOver(state)) expect(next.socket).toBe("joined");
  }
});

test("CN2 every state is reached, and out of each a way leads on: but not out of 'ended'", () => {
  expect([...reachable().keys()].sort()).toEqual(STATES.map(nameOf).sort());
  for (const state of STATES) {
    const ways = EVENTS.filter((event) => step(state, event).state !== state);
    if (state.reach === "ended") expect(ways, nameOf(state)).toEqual([]);
    else expect(ways, nameOf(state)).toContain("destroyed");
    if (!isOver(state)) expect(ways.length, nameOf(state)).toBeGreaterThan(3);
  }
});

test("CN3 the same event twice changes nothing more", () => {
  for (const state of STATES)
    for (const event of EVENTS) {
      const once = step(state, event).state;
      const twice = step(once, event);
      expect(twice.state, `${nameOf(state)} ${event}`).toBe(once);
    }
});

test("CN4 refused: nothing but the end comes after it, and nothing is done twice", () => {
  for (const socket of SOCKETS)
    for (const reach of ["refused", "ended"] as const)
      for (const event of EVENTS) {
        const { state, effects } = step({ socket, reach }, event);
        const isEnd = event === "destroyed" && reach === "refused";
        expect(state.reach).toBe(isEnd ? "ended" : reach);
        expect(effects).toEqual(isEnd ? ["stop"] : []);
      }
  expect(step(after("subscribed"), "refused").effects).toEqual(["stop"]);
});

test("CN5 a lost topic asks the log once and is then polled; only a joined one may wait a minute", () => {
  for (const event of ["channel-error", "timed-out", "closed"] as const) {
    const lost = step(after("moved", "subscribed"), event);
    expect(lost.effects).toEqual(["pull"]);
    expect(step(lost.state, event).effects).toEqual([]);
    expect(pollMs(lost.state)).toBe(2_000);
  }
  for (const state of STATES) expect(pollMs(state)).toBe(state.socket === "joined" ? 60_000 : 2_000);
  // The topics of another epoch are not joined yet: nothing is heard meanwhile.
  expect(pollMs(after("moved", "subscribed", "moved"))).toBe(2_000);
});

test("CN6 waking and coming back take a fresh token, and then ask, whether there was one or not", () => {
  const open = after("moved", "subscribed", "answered");
  expect(step(open, "visible").effects).toEqual(["refresh"]);
  expect(step(step(open, "offline").state, "online").effects).toEqual(["retry", "refresh"]);
  for (const event of ["token-refreshed", "token-failed"] as const)
    expect(step(open, event).effects).toEqual(["retry", "pull"]);
});

test("CN7 an answer is worth more than the browser's idea of the network, if it was asked for since", () => {
  const before = after("moved", "subscribed");
  const offline = step(before, "offline").state;
  expect(offline.reach).toBe("offline");
  expect([isNews(before, offline), isNews(offline, offline), isNews(before, before)]).toEqual([
    false,
    true,
    true,
  ]);
  expect(step(offline, "answered").state.reach).toBe("reached");
  for (const event of ["failed", "unauthenticated"] as const)
    expect(step(offline, event).state, event).toBe(offline);
});

test("CN8 who is signed out stays so whatever else fails, until a token or an answer", () => {
  const out = after("moved", "subscribed", "unauthenticated");
  expect(out.reach).toBe("signed-out");
  for (const event of ["failed", "token-failed", "closed", "subscribed", "visible"] as const)
    expect(step(out, event).state.reach, event).toBe("signed-out");
  for (const event of ["token-refreshed", "answered"] as const)
    expect(step(out, event).state.reach, event).toBe("reached");
});

test("CN9 what a page shows of each state", () => {
  const shown = (...events: ConnectionEvent[]) => connectionOf(after(...events));
  expect([shown(), shown("moved"), shown("subscribed"), shown("closed")]).toEqual([
    "joining",
    "joining",
    "live",
    "polling",
  ]);
  expect([shown("closed", "failed"), shown("subscribed", "failed")]).toEqual(["unreachable", "live"]);
  expect([shown("offline"), shown("unauthenticated")]).toEqual(["offline", "signed-out"]);
  expect([shown("refused"), shown("destroyed")]).toEqual(["ended", "ended"]);
});

test("CN10 in any storm: states stay within the tables, an event pulls once at most, the end is final", () => {
  const storms = fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 });
  const known = new Set(STATES.map(nameOf));
  fc.assert(
    fc.property(storms, (storm) => {
      let state = OPENING;
      let stops = 0;
      for (const event of storm) {
        const next = step(state, event);
        const count = (effect: Effect) => next.effects.filter((one) => one === effect).length;
        expect(known.has(nameOf(next.state))).toBe(true);
        expect([count("pull"), count("refresh"), count("retry")].every((times) => times <= 1)).toBe(true);
        if (isOver(state)) expect(count("pull") + count("retry") + count("refresh")).toBe(0);
        stops += count("stop");
        state = next.state;
      }
      // Refused and then closed are two ends; nothing else is one.
      expect(stops).toBeLessThanOrEqual(2);
      if (storm.includes("destroyed")) expect(state.reach).toBe("ended");
    }),
    { numRuns: 300 },
  );
});
