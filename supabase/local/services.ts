/**
 * The services that are not lite's: Realtime, edge functions, pg_net, Storage. Each lives in its own file and is
 * started from here; the gateway hands it the requests below its prefixes, after it has said who calls.
 *
 * A service file exports one function, `startRealtime`, `startFunctions` and so on, of type `Start`.
 * It may be absent: the stand-in then answers 404 there.
 */
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import type { Extensions } from "@electric-sql/pglite";
import type { Database } from "./database.ts";
import type { Keys } from "./keys.ts";
import type { Profile } from "./realtime-limits.ts";
import type { Claims } from "./tokens.ts";

/** Who a request comes from, as its key and token say. Both were verified. */
export interface Caller {
  /** The Postgres role to act as: anon, authenticated or service_role. */
  readonly role: string;
  /** What goes into `request.jwt.claims`; holds at least `role`. */
  readonly claims: Claims;
  /** Which API key came with it, if one did. */
  readonly key: "publishable" | "secret" | null;
}

export interface ServiceContext {
  readonly database: Database;
  /** The one HTTP server; Realtime takes its `upgrade` events below /realtime/v1. */
  readonly server: Server;
  /** The claims of a token that is genuine and not expired, or null. */
  verifyToken(token: string): Claims | null;
  readonly keys: Keys;
  /** True with `--test`: fault switches may be offered, to the holder of the secret key. */
  readonly testMode: boolean;
  /** Which plan's quotas Realtime keeps to. */
  readonly profile: Profile;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Absolute path of supabase/functions. */
  readonly functionsFolder: string;
  /** Secrets of edge functions beside those in that folder's `.env`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Absolute path of the data folder; a service keeps its files in a folder of its own below. */
  readonly dataFolder: string;
}

export interface Service {
  /** Answers requests below `prefix`; absent when the service has no HTTP side. */
  readonly prefix?: `/${string}`;
  /**
   * True: requests without a key are handed on too, as anon with `key: null`; the service decides. "always":
   * every request is, whatever it brings, and the service itself says who asks.
   */
  readonly open?: boolean | "always";
  /** True: CORS is its own business, preflights included. */
  readonly raw?: boolean;
  fetch?(request: Request, caller: Caller): Promise<Response>;
  /** Ends everything it started. Resolves when nothing is left behind. */
  stop(): Promise<void>;
}

export type Start = (context: ServiceContext) => Promise<Service>;

const services = [
  { file: "./realtime.ts", start: "startRealtime" },
  { file: "./functions.ts", start: "startFunctions" },
  { file: "./net.ts", start: "startNet" },
  { file: "./cron.ts", start: "startCron" },
  { file: "./storage.ts", start: "startStorage" },
] as const;

async function load(file: string): Promise<Record<string, unknown> | null> {
  const url = new URL(file, import.meta.url);
  return existsSync(url) ? ((await import(url.href)) as Record<string, unknown>) : null;
}

/** PGlite extensions that the stand-in brings itself; `create extension` in a migration then finds them. */
export async function loadExtensions(): Promise<Extensions> {
  const net = await load("./net.ts");
  const cron = await load("./cron.ts");
  return {
    ...(typeof net?.pgNetExtension === "function" ? { pg_net: net.pgNetExtension() } : {}),
    ...(typeof cron?.pgCronExtension === "function" ? { pg_cron: cron.pgCronExtension() } : {}),
  };
}

export async function startServices(context: ServiceContext): Promise<Service[]> {
  const running: Service[] = [];
  for (const { file, start } of services) {
    const found = (await load(file))?.[start];
    if (typeof found === "function") running.push(await (found as Start)(context));
  }
  return running;
}
