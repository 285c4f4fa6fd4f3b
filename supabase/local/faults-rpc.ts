/** Faults of RPCs: refused before they run, their answer lost after they ran, late. Seeded, by function. */
import { z } from "zod";
import { ConnectionCut, restUnavailable, upstreamTimeout } from "./faults-answers.ts";
import { seededRandom } from "./faults-random.ts";

const share = z.number().min(0).max(1).default(0);
const milliseconds = z.number().min(0).max(60_000);

export const RpcRule = z.strictObject({
  /** The function, or `*` for each. The first rule for a function counts. */
  name: z.string().default("*"),
  /** The share that is refused before anything happens: nothing is stored. */
  before: share,
  /** The share that runs and commits, and whose answer is lost. */
  after: share,
  /** How the caller sees it: a broken connection, PostgREST's 503, or the gateway's 504. */
  answer: z.enum(["cut", "unavailable", "timeout"]).default("cut"),
  /** How long each waits before it runs; a range is drawn from. */
  delayMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
  /** How many are refused or lost at most; absent means no end. */
  limit: z.number().int().positive().optional(),
});
export type RpcRule = z.infer<typeof RpcRule>;

/** How often it happened since the last `use`. */
export interface RpcCounts {
  refusedBefore: number;
  refusedAfter: number;
  delayed: number;
}

interface ActiveRule extends RpcRule {
  readonly random: () => number;
  left: number;
}

export class RpcFaults {
  counts: RpcCounts = { refusedBefore: 0, refusedAfter: 0, delayed: 0 };
  #rules: readonly ActiveRule[] = [];

  /** Replaces the rules; each draws from a sequence of its own, so that adding one leaves the others' alone. */
  use(rules: readonly RpcRule[], seed: number): void {
    this.counts = { refusedBefore: 0, refusedAfter: 0, delayed: 0 };
    this.#rules = rules.map((rule, index) => ({
      ...rule,
      random: seededRandom(seed + index),
      left: rule.limit ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** Runs the call, or not, as the rule for its function says. Throws ConnectionCut where no answer shall come. */
  async run(name: string, call: () => Promise<Response>): Promise<Response> {
    const rule = this.#rules.find((candidate) => candidate.name === "*" || candidate.name === name);
    if (!rule) return call();
    // All drawn at once: a seed then gives each call the same fate, however long the others take.
    const [late, refused, lost] = [rule.random(), rule.random(), rule.random()];
    const delayMs = delayOf(rule, late);
    if (delayMs > 0) {
      this.counts.delayed += 1;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    if (refused < rule.before && take(rule)) {
      this.counts.refusedBefore += 1;
      return failed(rule);
    }
    const response = await call();
    if (lost < rule.after && take(rule)) {
      this.counts.refusedAfter += 1;
      return failed(rule);
    }
    return response;
  }
}

function take(rule: ActiveRule): boolean {
  if (rule.left <= 0) return false;
  rule.left -= 1;
  return true;
}

function delayOf({ delayMs }: RpcRule, drawn: number): number {
  if (typeof delayMs === "number") return delayMs;
  const [from, to] = delayMs;
  return from + drawn * (to - from);
}

function failed({ answer }: RpcRule): Response {
  if (answer === "unavailable") return restUnavailable(true, 1);
  if (answer === "timeout") return upstreamTimeout();
  throw new ConnectionCut();
}
