/** A Realtime server of its own for a test, over an empty project in memory, and clients for it. */
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { bootstrap } from "./bootstrap.ts";
import { type Database, openPglite } from "./database.ts";
import { type RealtimeOptions, startRealtime } from "./realtime.ts";
import type { Claims } from "./realtime-access.ts";

const SECRET = "a secret of this test only";
export const KEYS = { publishableKey: "sb_publishable_test", secretKey: "sb_secret_test" };

export interface TestServer {
  readonly url: string;
  readonly database: Database;
  client(options?: ClientOptions): SupabaseClient;
  fault(body: Record<string, unknown>): Promise<Response>;
  stop(): Promise<void>;
}

export interface ClientOptions {
  readonly key?: string;
  /** The person's token; absent means the key speaks. */
  readonly token?: string | (() => string);
  readonly vsn?: "1.0.0" | "2.0.0";
}

export async function startTestServer(options: Partial<RealtimeOptions> = {}): Promise<TestServer> {
  const database = await openPglite();
  await bootstrap(database);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await realtime.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method ?? "GET",
        headers: request.headers as Record<string, string>,
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  const realtime = await startRealtime({
    database,
    server,
    keys: KEYS,
    verifyToken: readToken,
    testMode: true,
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const clients: SupabaseClient[] = [];
  return {
    url,
    database,
    client(wanted = {}) {
      const client = makeClient(url, wanted);
      clients.push(client);
      return client;
    },
    fault: (body) =>
      fetch(`${url}/realtime/v1/test/fault`, {
        method: "POST",
        headers: { apikey: KEYS.secretKey },
        body: JSON.stringify(body),
      }),
    async stop() {
      for (const client of clients) void client.realtime.disconnect();
      await realtime.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
    },
  };
}

function makeClient(url: string, { key = KEYS.publishableKey, token, vsn }: ClientOptions): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { ...(vsn ? { vsn } : {}), timeout: 5000 },
    ...(token ? { accessToken: async () => (typeof token === "function" ? token() : token) } : {}),
  });
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const sign = (text: string) => createHmac("sha256", SECRET).update(text).digest("base64url");

export function makeToken(sub: string, seconds = 3600, more: Claims = {}): string {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const body = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ role: "authenticated", sub, exp, ...more })}`;
  return `${body}.${sign(body)}`;
}

function readToken(token: string): Claims | null {
  const [header = "", payload = "", signature] = token.split(".");
  if (sign(`${header}.${payload}`) !== signature) return null;
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}
