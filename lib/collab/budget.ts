/**
 * How often one session may speak, so that all in a document together stay within what the server carries.
 *
 * Hosted Realtime counts events, sent and delivered, over the whole project, on average over a minute: 100 a second on
 * the free plan, 500 on pro, 2,500 above; whoever exceeds it has channels closed. Of n people in a document
 * - an append costs the server's one message and a delivery to each: n + 1. t people who type, one append every w
 *   seconds each, cost t·(n + 1)/w a second. Half of the budget is theirs: w = t·(n + 1)/(0.5·budget);
 * - an awareness frame costs n: one in, n − 1 out. Who moves sends one every g seconds, who rests one every 3.5 s: a
 *   who move cost a·n/g, the others (n − a)·n/3.5. 46 % of the budget are theirs: g = a·n/(0.46·budget − rest);
 * - what is left is for joins, presence, the tree and new epochs.
 * For 20 people on pro: a lone typist appends every 84 ms, five every 420 ms, all twenty every 1.7 s; carets move every
 * 0.1 s (one moves) to 1.7 s (all do); 480 events a second at most. Two people never wait: their hands are slower than
 * the budget. With 24 people and more, all busy at once, the longest pauses are reached, and a document needs more than
 * pro.
 */

/** The pro plan's. A project of one's own has no such limit: Infinity. */
export const HOSTED_EVENTS_PER_SECOND = 500;

const SHARES = { updates: 0.5, frames: 0.46 } as const;
/** Beyond these pauses nobody waits, whatever the budget. Frames at rest come every 3.5 s anyway. */
const MOST_MS = 2_500;
export const RENEW_MS = 3_500;

export type Typists = {
  /** Other people here. */
  readonly others: number;
  readonly othersTyping: number;
  /** How long an append takes, on average. */
  readonly roundTripMs: number;
  readonly eventsPerSecond: number;
};

/** The least time between the starts of two appends of one session. For two people: none. */
export function appendWindowMs({ others, othersTyping, roundTripMs, eventsPerSecond }: Typists): number {
  const present = 1 + Math.max(others, othersTyping);
  if (present <= 2) return 0;
  const cost = (1 + othersTyping) * (present + 1);
  const budgetMs = (1_000 * cost) / (SHARES.updates * eventsPerSecond);
  return Math.min(MOST_MS, Math.max(budgetMs, serverWindowMs(othersTyping, roundTripMs)));
}

/** Appends of one document stand in line: several typists leave a slow server room, at most 250 ms each. */
function serverWindowMs(othersTyping: number, roundTripMs: number): number {
  if (othersTyping <= 1) return 0;
  return Math.min(othersTyping === 2 ? 30 : 250, (othersTyping * roundTripMs) / 4);
}

export type Audience = {
  readonly others: number;
  /** Of those, who moved or typed within the last seconds. */
  readonly othersMoving: number;
  readonly eventsPerSecond: number;
};

/** The least time between two awareness frames of one session. */
export function frameGapMs({ others, othersMoving, eventsPerSecond }: Audience): number {
  const present = 1 + others;
  const moving = 1 + Math.min(others, othersMoving);
  const forFrames = SHARES.frames * eventsPerSecond;
  const resting = ((present - moving) * present * 1_000) / RENEW_MS;
  const budgetMs = (1_000 * moving * present) / Math.max(forFrames / 4, forFrames - resting);
  return Math.min(MOST_MS, Math.max(budgetMs, readerGapMs(others)));
}

/** Each reader draws what it hears: the more people, the calmer. */
function readerGapMs(others: number): number {
  if (others <= 4) return 50;
  return others <= 10 ? 100 : Math.min(1_000, others * 10);
}
