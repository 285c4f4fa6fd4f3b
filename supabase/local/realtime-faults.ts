/**
 * The fault switch of the tests: what a bad network and a bad server do, on demand. Only with `--test`, only
 * with the secret key: `POST /realtime/v1/test/fault` with any of
 *   { "kill": "all" | "<user id>" }          cut the sockets, without a closing handshake
 *   { "expire": "all" | "<user id>" }        end the channels as if their token had expired
 *   { "close": "<topic prefix>" }            close the channels of these topics
 *   { "rules": [{ topicPrefix, drop?, duplicate?, delayMs?: number | [from, to] }], "seed"?: number }
 *                                            what happens to each delivery; replaces the rules before, [] ends them
 * Shares are between 0 and 1. A range of delays reorders.
 */
import { z } from "zod";

const share = z.number().min(0).max(1).default(0);
const milliseconds = z.number().min(0).max(60_000);

const Rule = z.object({
  topicPrefix: z.string(),
  drop: share,
  duplicate: share,
  delayMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
});
type Rule = z.infer<typeof Rule>;

export const FaultRequest = z.object({
  kill: z.string().optional(),
  expire: z.string().optional(),
  close: z.string().optional(),
  rules: z.array(Rule).optional(),
  seed: z.number().int().optional(),
});
export type FaultRequest = z.infer<typeof FaultRequest>;

export interface Faults {
  use(rules: readonly Rule[], seed: number): void;
  /** Sends once, twice, later or never, as the first rule for the topic says. */
  route(topic: string, send: () => void): void;
}

export function createFaults(): Faults {
  let rules: readonly Rule[] = [];
  let random = seededRandom(1);
  return {
    use(next, seed) {
      rules = next;
      random = seededRandom(seed);
    },
    route(topic, send) {
      const rule = rules.find(({ topicPrefix }) => topic.startsWith(topicPrefix));
      if (!rule) return send();
      if (random() < rule.drop) return;
      const copies = random() < rule.duplicate ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) sendAfter(pickDelay(rule.delayMs, random), send);
    },
  };
}

function sendAfter(delayMs: number, send: () => void): void {
  if (delayMs <= 0) send();
  else setTimeout(send, delayMs).unref();
}

function pickDelay(delayMs: Rule["delayMs"], random: () => number): number {
  if (typeof delayMs === "number") return delayMs;
  const [from, to] = delayMs;
  return from + random() * (to - from);
}

/** mulberry32: the same seed drops the same messages. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
