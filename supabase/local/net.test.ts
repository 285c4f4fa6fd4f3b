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
  it("PN1 posts JSON with its headers and keeps the response", async () => {
    const id = await ask(
      `net.http_post(url := $1, body := '{"a": "é"}', headers := '{"x-test": "1"}', params := '{"q": "a b&c"}')`,
      [`${base}/post`],
    );
    expect(await responseTo(id)).toMatchObject({
      status_code: 201,
      content_type: "text/plain",
      content: "héllo",
      timed_out: false,
      error_msg: null,
      headers: { "x-answer": "yes" },
    });
    const request = got.find(({ url }) => url?.startsWith("/post"));
    expect(request).toMatchObject({ method: "POST", url: "/post?q=a%20b%26c", body: '{"a": "é"}' });
    expect(request?.headers).toMatchObject({ "content-type": "application/json", "x-test": "1" });
  });

  it("PN2 gets and deletes", async () => {
    await responseTo(await ask("net.http_get($1)", [`${base}/get?already=here`]));
    await responseTo(await ask(`net.http_delete($1, body := '{"gone": true}')`, [`${base}/delete`]));
    expect(got.find(({ method }) => method === "GET")?.url).toBe("/get?already=here");
    expect(got.find(({ method }) => method === "DELETE")?.body).toBe('{"gone": true}');
  });

  it("PN3 sends after the commit only, and nothing after a rollback", async () => {
    const undone = database.transaction(async (tx) => {
      await tx.query("select net.http_get($1)", [`${base}/undone`]);
      throw new Error("rolled back");
    });
    await expect(undone).rejects.toThrow("rolled back");
    await database.transaction(async (tx) => {
      await tx.query("select net.http_get($1)", [`${base}/done`]);
      expect(got.some(({ url }) => url === "/done")).toBe(false);
    });
    await until(() => got.some(({ url }) => url === "/done"), "the request");
    expect(got.some(({ url }) => url === "/undone")).toBe(false);
  });

  it("PN4 gives up after the timeout, and says when nobody answers", async () => {
    const slow = await ask("net.http_get($1, timeout_milliseconds := 150)", [`${base}/hang`]);
    expect(await responseTo(slow)).toMatchObject({ timed_out: true, error_msg: "Timeout of 150 ms reached" });
    const nobody = await ask("net.http_get('http://127.0.0.1:1/')");
    expect((await responseTo(nobody)).error_msg).toBeTruthy();
    const invalid = await ask("net.http_get('no address')");
    expect((await responseTo(invalid)).error_msg).toBeTruthy();
  });

  it("PN5 sends what it finds in the queue when it starts", async () => {
    await net.stop();
    const id = await ask("net.http_get($1)", [`${base}/waited`]);
    net = await startNet({ database });
    expect(await responseTo(id)).toMatchObject({ status_code: 201 });
  });

  it("PN6 sends each of many once", async () => {
    await database.query("select net.http_get($1 || n) from generate_series(1, 300) n", [`${base}/many/`]);
    const many = () => got.filter(({ url }) => url?.startsWith("/many/")).map(({ url }) => url);
    await until(() => many().length >= 300, "300 requests");
    expect(new Set(many()).size).toBe(300);
    await until(async () => {
      const { rows } = await database.query<{ n: number }>(
        "select count(*)::int as n from net.http_request_queue",
      );
      return rows[0]?.n === 0;
    }, "the queue to be empty");
    expect(many().length).toBe(300);
  });
});
