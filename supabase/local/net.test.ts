/** What the rest of the code relies on in pg_net. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { type Database, openPglite } from "./database.ts";
import { type Net, pgNetExtension, startNet } from "./net.ts";
import { until } from "./test-waiting.ts";

interface Got {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

let database: Database;
let net: Net;
let server: Server;
let base: string;
const got: Got[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    got.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (url === "/hang") return;
    response.writeHead(201, { "content-type": "text/plain", "x-answer": "yes" }).end("héllo");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  database = await openPglite({ extensions: { pg_net: pgNetExtension() } });
  await bootstrap(database);
  await database.exec("create extension pg_net");
  net = await startNet({ database });
});
afterAll(async () => {
  await net.stop();
  server.closeAllConnections();
  server.close();
  await database.close();
});

async function ask(sql: string, params: unknown[] = []): Promise<string> {
  const { rows } = await database.query<{ id: string }>(`select ${sql}::text as id`, params);
  return rows[0]?.id ?? "";
}

async function responseTo(id: string): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> | undefined;
  await until(async () => {
    const { rows } = await database.query<Record<string, unknown>>(
      "select * from net._http_response where id = $1",
      [id],
    );
    found = rows[0];
    return found !== undefined;
  }, `the response to ${id}`);
  return found ?? {};
}

describe("pg_net", () => {
  it("NI1 sends what it finds in the queue when it starts", async () => {
    await net.stop();
    const id = await ask("net.http_get($1)", [`${base}/waited`]);
    net = await startNet({ database });
    expect(await responseTo(id)).toMatchObject({ status_code: 201 });
  });

  it("NI2 sends a batch again that its end cut off, and ends at once", async () => {
    await ask("net.http_get($1)", [`${base}/hang`]);
    await until(() => got.some(({ url }) => url === "/hang"), "the request");
    const begun = performance.now();
    await net.stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
    net = await startNet({ database });
    await until(() => got.filter(({ url }) => url === "/hang").length === 2, "the request again");
  });

  it("NI3 waits for the extension, and does without it", async () => {
    const bare = await openPglite();
    const waiting = await startNet({ database: bare });
    await bare.exec("notify pg_net_wake");
    await waiting.stop();
    await bare.close();
  });

  it("NI4 sends no header that would make another", async () => {
    const id = await ask(`net.http_get($1, headers := '{"X-Bad": "a\\r\\nX-More: b"}')`, [
      `${base}/injected`,
    ]);
    expect((await responseTo(id)).error_msg).toBe('header "X-Bad" contains a carriage return or line feed');
    expect(got.some(({ url }) => url === "/injected")).toBe(false);
  });
});
