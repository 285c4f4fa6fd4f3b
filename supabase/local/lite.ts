/**
 * lite's App behind the gate. Requests to it are whole (their bodies read) before they wait for the gate,
 * and leave it with their answer read, so that no network is waited for while the database is held.
 */
import { randomUUID } from "node:crypto";
import { App } from "@supabase/lite";
import type { Database } from "./database.ts";
import type { Keys } from "./keys.ts";
import { correct, type Notes } from "./lite-corrections.ts";
import type { Caller } from "./services.ts";

export interface RestAnswer {
  readonly response: Response;
  /** What Postgres said, when it refused. lite tells only part of it. */
  readonly error: unknown;
}

export interface Lite {
  /** REST: acts as the caller, whose token the gateway has verified. */
  restFetch(request: Request, caller: Caller): Promise<RestAnswer>;
  /** Forgets what it knows of the schema. */
  forgetSchema(): Promise<void>;
  /** Reads the schema ahead of the first request, which would wait 0.2 s for it. */
  warm(): Promise<void>;
}

export function createLite(database: Database, keys: Keys): Lite {
  const callers = new Map<string, Caller>();
  const app = new App({
    connection: database.connection,
    // Only for the claims of its REST; the account service is auth.ts.
    auth: { enabled: true, jwt_secret: keys.jwtSecret },
    // As hosted projects: no more than 1,000 rows, and no change of every row at once (pg-safeupdate).
    api: { enabled: true, schemas: ["public"], max_rows: 1000, pg_safe_update: true },
    studio: { enabled: false },
    options: {
      server: { disableStudio: true, disableFallback: true, admin: false, apiKeys: { resolver: resolve } },
    },
  });

  async function resolve(key: string) {
    if (key === keys.publishableKey) return { type: "publishable" as const, claims: { role: "anon" } };
    const caller = callers.get(key);
    return caller ? { type: "publishable" as const, claims: { ...caller.claims } } : null;
  }

  const corrections = correct(database.connection);

  function fetchInside(request: Request): Promise<RestAnswer> {
    const wantsOne = request.headers.get("accept")?.includes("application/vnd.pgrst.object") ?? false;
    const notes: Notes = { refused: undefined, wantsOne };
    return database.gate(() =>
      corrections.during(notes, async () => {
        const response = await app.fetch(request);
        const body = await response.arrayBuffer();
        const empty = response.status === 204 || response.status === 304 || body.byteLength === 0;
        return { response: new Response(empty ? null : body, response), error: notes.refused };
      }),
    );
  }

  return {
    async restFetch(request, caller) {
      // A key that lives as long as this one request: lite takes its claims as they are.
      const handle = randomUUID();
      callers.set(handle, caller);
      try {
        return await fetchInside(await inward(request, handle));
      } finally {
        callers.delete(handle);
      }
    },
    warm: () =>
      database.gate(async () => {
        await app.init();
        await database.connection.introspect({ useCache: true });
      }),
    forgetSchema: () => database.gate(() => database.connection.clearSchemaCache()),
  };
}

async function inward(request: Request, apikey: string): Promise<Request> {
  const url = new URL(request.url);
  url.searchParams.delete("apikey");
  const headers = new Headers(request.headers);
  headers.set("apikey", apikey);
  headers.delete("authorization");
  const body = request.body ? await request.arrayBuffer() : null;
  // lite takes a function's arguments for filters when HEAD asks; the body is left out at the end anyway.
  const isCall = url.pathname.startsWith("/rest/v1/rpc/");
  const method = isCall && request.method === "HEAD" ? "GET" : request.method;
  return new Request(url, { method, headers, ...(body ? { body } : {}) });
}
