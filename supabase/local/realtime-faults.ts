/**
 * The fault switch of the tests: what a bad network and a bad server do, on demand. Only with `--test`, only
 * with the secret key: `POST /realtime/v1/test/fault` with any of what `FaultRequest` says.
 *
 * Rules are about messages: broadcasts, presence and change events on their way to one reader ("out"), broadcasts
 * and presence on their way from one client ("in"). The first rule whose prefix and direction fit is taken. Joins,
 * leaves, tokens and heartbeats pass. The same seed gives the same messages the same fate, in their order.
 */
import { z } from "zod";
import { seededRandom } from "./faults-random.ts";

const share = z.number().min(0).max(1).default(0);
const milliseconds = z.number().min(0).max(60_000);

export const FaultRule = z.strictObject({
  /** Of topics as clients name them, without `realtime:`. */
  topicPrefix: z.string(),
  direction: z.enum(["in", "out", "both"]).default("out"),
  /** These shares never arrive, arrive twice, arrive after the next message (or after `holdMs` when none comes). */
  drop: share,
  duplicate: share,
  reorder: share,
  holdMs: milliseconds.default(1000),
  /** All are this late, in order; with a range each by its own draw, so that they overtake each other. */
  delayMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
});
export type FaultRule = z.infer<typeof FaultRule>;

export const FaultRequest = z.strictObject({
  /** Ends the rules, and Realtime is up again. */
  clear: z.literal(true).optional(),
  /** Replaces the rules before; [] ends them. */
  rules: z.array(FaultRule).optional(),
  seed: z.number().int().default(1),
  /** Cuts the sockets of all, or of a user by id, without a closing handshake. */
  kill: z.string().optional(),
  /** Ends the channels of all, or of a user by id, as if their token had expired. */
  expire: z.string().optional(),
  /** Closes the channels of topics that begin like this. */
  close: z.string().optional(),
  /** Realtime is down for so long: all sockets are cut, whoever comes is refused with 503. 0 brings it back. */
  downMs: z.number().min(0).max(600_000).optional(),
});
export type FaultRequest = z.infer<typeof FaultRequest>;

export interface Faults {
  /** False: nothing needs to be routed. */
  readonly isActive: boolean;
  readonly isDown: boolean;
  use(rules: readonly FaultRule[], seed: number): void;
  /** From now on, for so many ms. */
  goDown(ms: number): void;
  /** Sends once, twice, later or never, as the first rule for the topic says. `way` is one reader or one sender. */
  route(direction: "in" | "out", way: object, topic: string, send: () => void): void;
}

interface Held {
  readonly send: () => void;
  readonly timer: NodeJS.Timeout;
}

export function createFaults(): Faults {
  let rules: readonly FaultRule[] = [];
  let random = seededRandom(1);
  let downUntil = 0;
  const held = new WeakMap<object, Held[]>();

  const release = (way: object) => {
    for (const { send, timer } of held.get(way) ?? []) {
      clearTimeout(timer);
      send();
    }
    held.delete(way);
  };
  const hold = (way: object, send: () => void, holdMs: number) => {
    const timer = setTimeout(() => release(way), holdMs);
    timer.unref();
    held.set(way, [...(held.get(way) ?? []), { send, timer }]);
  };
  return {
    get isActive() {
      return rules.length > 0;
    },
    get isDown() {
      return performance.now() < downUntil;
    },
    use(next, seed) {
      rules = next;
      random = seededRandom(seed);
    },
    goDown(ms) {
      downUntil = performance.now() + ms;
    },
    route(direction, way, topic, send) {
      const rule = rules.find((one) => isFor(one, direction, topic));
      // Always four draws, so that one share does not change the fate another one deals.
      const [drop, duplicate, reorder, delay] = [random(), random(), random(), random()] as const;
      if (!rule) return send();
      if (drop < rule.drop) return;
      const sendAll = () => {
        for (let copy = duplicate < rule.duplicate ? 2 : 1; copy > 0; copy -= 1) {
          sendAfter(pickDelay(rule.delayMs, delay), send);
        }
      };
      if (reorder < rule.reorder) return hold(way, sendAll, rule.holdMs);
      sendAll();
      release(way);
    },
  };
}

const isFor = (rule: FaultRule, direction: "in" | "out", topic: string) =>
  (rule.direction === "both" || rule.direction === direction) && topic.startsWith(rule.topicPrefix);

function sendAfter(delayMs: number, send: () => void): void {
  if (delayMs <= 0) send();
  else setTimeout(send, delayMs).unref();
}

const pickDelay = (delayMs: FaultRule["delayMs"], drawn: number) =>
  typeof delayMs === "number" ? delayMs : delayMs[0] + drawn * (delayMs[1] - delayMs[0]);
