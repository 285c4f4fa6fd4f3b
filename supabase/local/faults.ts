/**
 * The fault switch: what a bad network, a bad server and a database that is away do, on demand. Refused unless
 * the stand-in was started with `--test`; only to the holder of the secret key, and to no page of another origin.
 *
 *   POST /test/faults   with any of these, taken in this order:
 *     { "clear": true }                        ends all faults, Realtime's too
 *     { "rpc": [RpcRule, …], "seed"?: 1 }      replaces the rules for RPCs (faults-rpc.ts); [] ends them
 *     { "database": { "goneMs": 3000 } }       the database is away that long from now on; 0 brings it back
 *     { "realtime": { … } }                    Realtime's own (realtime-faults.ts), handed on as it is
 *   GET /test/faults    how often which fault happened, and for how long the database is still away
 *
 * 401 without the secret key, 403 from elsewhere or without `--test`, 422 for what it cannot read.
 */
import { z } from "zod";
import type { Database } from "./database.ts";
import { isConnectionLost } from "./database-native-errors.ts";
import { asksDatabase, databaseGone } from "./faults-answers.ts";
import { DatabaseGone, guardDatabase } from "./faults-database.ts";
import { RpcFaults, RpcRule } from "./faults-rpc.ts";
import { keyOf } from "./identity.ts";
import type { Handler } from "./server.ts";

const PATH = "/test/faults";
const REALTIME_PATH = "/realtime/v1/test/fault";
const RPC_PATH = /^\/rest\/v1\/rpc\/([^/]+)$/;

const FaultRequest = z.strictObject({
  clear: z.literal(true).optional(),
  rpc: z.array(RpcRule).optional(),
  seed: z.number().int().default(1),
  database: z.strictObject({ goneMs: z.number().min(0).max(600_000) }).optional(),
  realtime: z.record(z.string(), z.unknown()).optional(),
});
type FaultRequest = z.infer<typeof FaultRequest>;

export interface FaultSwitchOptions {
  readonly testMode: boolean;
  readonly secretKey: string;
  /** `http://127.0.0.1:PORT`: the only origin that is answered. */
  readonly url: string;
}

export interface FaultSwitch {
  /** The database as everybody shall use it. */
  guard<D extends Database>(database: D): D;
  /** What an error means that reached the door: the answer of a database that is away, really or not, or null. */
  explain(error: unknown, request: Request): Response | null;
  /** The handler with the switch in front of it. */
  wrap(inner: Handler): Handler;
}

export function createFaultSwitch(options: FaultSwitchOptions): FaultSwitch {
  const rpc = new RpcFaults();
  let goneUntil = 0;
  const goneMs = () => Math.max(0, goneUntil - performance.now());
  const retryAfter = () => Math.ceil(goneMs() / 1000);
  const check = () => {
    if (goneMs() > 0) throw new DatabaseGone();
  };

  async function apply(request: FaultRequest, inner: Handler): Promise<unknown> {
    if (request.clear) {
      goneUntil = 0;
      rpc.use([], request.seed);
    }
    if (request.rpc) rpc.use(request.rpc, request.seed);
    if (request.database) goneUntil = performance.now() + request.database.goneMs;
    const wishes = [request.clear && { clear: true }, request.realtime].filter((wish) => wish !== undefined);
    let realtime: unknown = null;
    for (const wish of wishes) realtime = await tellRealtime(options, inner, wish);
    return { ...state(), realtime };
  }
  const state = () => ({ database: { goneMs: goneMs() }, rpc: rpc.counts });

  async function answerSwitch(request: Request, inner: Handler): Promise<Response> {
    const refusal = refuse(options, request);
    if (refusal) return refusal;
    if (request.method === "GET") return Response.json(state());
    if (request.method !== "POST") return Response.json({ message: "GET or POST" }, { status: 405 });
    const parsed = FaultRequest.safeParse(await request.json().catch(() => null));
    if (!parsed.success) return Response.json({ message: z.prettifyError(parsed.error) }, { status: 422 });
    return Response.json(await apply(parsed.data, inner));
  }

  return {
    guard: (database) => (options.testMode ? guardDatabase(database, check) : database),
    explain(error, request) {
      const isLost = error instanceof DatabaseGone || isConnectionLost(error);
      return isLost ? databaseGone(request, true, retryAfter()) : null;
    },
    wrap: (inner) => async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === PATH) return answerSwitch(request, inner);
      if (!options.testMode || request.method === "OPTIONS") return inner(request);
      if (goneMs() > 0 && asksDatabase(pathname)) return databaseGone(request, false, retryAfter());
      const name = RPC_PATH.exec(pathname)?.[1];
      return name === undefined ? inner(request) : rpc.run(name, () => inner(request));
    },
  };
}

function refuse({ testMode, secretKey, url }: FaultSwitchOptions, request: Request): Response | null {
  const origin = request.headers.get("origin");
  const refusal = (status: number, message: string) => Response.json({ message }, { status });
  if (origin && origin !== url) return refusal(403, "The fault switch answers no other origin.");
  if (keyOf(request) !== secretKey) return refusal(401, "The fault switch needs the secret key.");
  if (!testMode) return refusal(403, "The fault switch needs a stand-in that was started with --test.");
  return null;
}

async function tellRealtime(
  { secretKey, url }: FaultSwitchOptions,
  inner: Handler,
  wish: Record<string, unknown>,
): Promise<unknown> {
  const headers = { apikey: secretKey, host: new URL(url).host, "content-type": "application/json" };
  const body = JSON.stringify(wish);
  const response = await inner(new Request(`${url}${REALTIME_PATH}`, { method: "POST", headers, body }));
  const answer: unknown = await response.json();
  if (!response.ok)
    throw new Error(`Realtime refused ${body} with ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
