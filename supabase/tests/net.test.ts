/** pg_net as SQL sees it, and as the servers it asks see it. The real one is in no Postgres here, only ours. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isHosted, openSqlDoor, type SqlDoor, WHY_NOT_HOSTED } from "./sql-door.ts";
import { until } from "./waiting.ts";

interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Response {
  readonly status_code: number | null;
  readonly content_type: string | null;
  readonly headers: Record<string, string> | null;
  readonly content: string | null;
  readonly timed_out: boolean;
  readonly error_msg: string | null;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const portOf = (server: Server | ReturnType<typeof createTcpServer>) =>
  (server.address() as AddressInfo).port;

describe.skipIf(isHosted)(`pg_net${isHosted ? ` (${WHY_NOT_HOSTED})` : ""}`, () => {
  let door: SqlDoor;
  let base: string;
  let elsewhere: string;
  const servers: Server[] = [];
  const got: Got[] = [];
  const held: ServerResponse[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url = "", headers } = request;
    got.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const to = (status: number, location: string) =>
      response.writeHead(status, { Location: location }).end("moved");
    if (url.startsWith("/hang")) held.push(response);
    else if (url.startsWith("/hold")) held.push(response);
    else if (url === "/loop") to(302, "/loop");
    else if (url === "/away") to(307, `${elsewhere}/arrived-away`);
    else if (url === "/file") to(302, "ftp://127.0.0.1/x");
    else if (url.startsWith("/moved/")) to(Number(url.slice(7)), `/arrived${url.slice(7)}?q=1#part`);
    else if (url === "/empty") response.writeHead(204).end();
    else if (url === "/nothing") request.socket.end();
    else if (url === "/part")
      response.writeHead(200, { "Content-Length": "100" }).write("half", () => request.socket.destroy());
    else if (url === "/nul") response.writeHead(200).end("before\0after");
    else response.writeHead(201, { "Content-Type": "text/plain", "X-Answer": "yes" }).end("héllo");
  }

  async function listen(): Promise<string> {
    const server = createServer((request, response) => void answer(request, response));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${portOf(server)}`;
  }

  beforeAll(async () => {
    base = await listen();
    elsewhere = await listen();
    door = await openSqlDoor({
      sql: "create extension pg_net; do $$ begin if to_regrole('net_bob') is null then create role net_bob; end if; end $$;",
    });
  });
  afterAll(async () => {
    await door?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const ask = (call: string) => door.value<number>(`select net.${call} as id`);
  async function responseTo(id: number): Promise<Response> {
    let found: Response | undefined;
    await until(
      async () => {
        [found] = await door.rows<Response>(`select * from net._http_response where id = ${id}`);
        return found !== undefined;
      },
      `the response to ${id}`,
      15_000,
    );
    if (!found) throw new Error("unreachable");
    return found;
  }
  const get = async (url: string, more = "") => responseTo(await ask(`http_get(${quoted(url)}${more})`));
  const seen = (url: string) => got.filter((one) => one.url === url);

  it("PN1 posts JSON with its headers and keeps the response, header names as they came", async () => {
    const id = await ask(
      `http_post(url := '${base}/post', body := '{"a": "é"}', headers := '{"X-Test": "1"}', params := '{"q": "a b&c"}')`,
    );
    expect(await responseTo(id)).toMatchObject({
      status_code: 201,
      content_type: "text/plain",
      content: "héllo",
      timed_out: false,
      error_msg: null,
      headers: { "X-Answer": "yes", "Content-Type": "text/plain" },
    });
    expect(seen("/post?q=a%20b%26c")).toMatchObject([
      {
        method: "POST",
        body: '{"a": "é"}',
        headers: {
          "content-type": "application/json",
          "x-test": "1",
          "user-agent": expect.stringMatching(/^pg_net\//),
          accept: "*/*",
        },
      },
    ]);
  });

  it("PN2 gets and deletes, with a body if one is given", async () => {
    await get(`${base}/get?already=here`);
    await responseTo(await ask(`http_delete('${base}/delete', body := '{"gone": true}')`));
    await responseTo(await ask(`http_delete('${base}/bare')`));
    expect(seen("/get?already=here")[0]).toMatchObject({ method: "GET", body: "" });
    expect(seen("/delete")[0]).toMatchObject({ method: "DELETE", body: '{"gone": true}' });
    expect(seen("/bare")[0]).toMatchObject({ method: "DELETE", body: "" });
  });

  it("PN3 sends after the commit only, and nothing after a rollback", async () => {
    const undone = door.run(`select net.http_get('${base}/undone'); select 1/0`);
    await expect(undone).rejects.toMatchObject({ code: "22012" });
    await door.run(`select net.http_get('${base}/done')`);
    await until(() => seen("/done").length === 1, "the request");
    expect(seen("/undone")).toEqual([]);
  });

  it("PN4 gives up after the timeout and says where the time went", async () => {
    const response = await get(`${base}/hang`, ", timeout_milliseconds := 150");
    expect(response).toMatchObject({ status_code: null, content: null, timed_out: true });
    expect(response.error_msg).toMatch(
      /^Timeout of 150 ms reached\. Total time: \d+\.\d{6} ms \(DNS time: \d+\.\d{6} ms, TCP\/SSL handshake time: \d+\.\d{6} ms, HTTP Request\/Response time: \d+\.\d{6} ms\)$/,
    );
  });

  it("PN5 has libcurl's words for what goes wrong", async () => {
    const silent = createTcpServer((socket) => socket.end("this is no HTTP\r\n\r\n"));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const words: Record<string, string> = {
      "http://127.0.0.1:1/": "Could not connect to server",
      "http://no-such-host.invalid/": "Could not resolve hostname",
      [`${base}/nothing`]: "Server returned nothing (no headers, no data)",
      [`${base}/part`]: "Transferred a partial file",
      [`${base}/loop`]: "Number of redirects hit maximum amount",
      [`${base}/file`]: "Unsupported protocol",
      "ftp://127.0.0.1/x": "Unsupported protocol",
      [`http://127.0.0.1:${portOf(silent)}/`]: "Weird server reply",
    };
    for (const [url, expected] of Object.entries(words)) {
      const { error_msg, timed_out, status_code } = await get(url);
      expect([url, error_msg, timed_out, status_code]).toEqual([url, expected, false, null]);
    }
    silent.close();
  });

  it.each([301, 302, 303])(
    "PN6 follows a %i as libcurl does: a POST becomes a GET, a DELETE stays one",
    async (status) => {
      const post = await responseTo(await ask(`http_post('${base}/moved/${status}', '{"a": 1}')`));
      const remove = await responseTo(
        await ask(`http_delete('${base}/moved/${status}', body := '{"a": 1}')`),
      );
      expect([post.status_code, remove.status_code, post.headers?.Location]).toEqual([201, 201, undefined]);
      const arrived = seen(`/arrived${status}?q=1`).map(({ method, body }) => `${method} ${body}`);
      expect(arrived).toEqual(["GET ", "DELETE "]);
    },
  );

  it.each([307, 308])("PN7 follows a %i with method and body", async (status) => {
    await responseTo(await ask(`http_post('${base}/moved/${status}', '{"a": 1}')`));
    expect(seen(`/arrived${status}?q=1`)[0]).toMatchObject({ method: "POST", body: '{"a": 1}' });
  });

  it("PN8 gives authorization and cookies to no other host", async () => {
    const headers = `headers := '{"Authorization": "Bearer x", "Cookie": "a=b", "X-Mine": "1"}'`;
    await responseTo(await ask(`http_get('${base}/away', ${headers})`));
    expect(seen("/away")[0]?.headers).toMatchObject({ authorization: "Bearer x", cookie: "a=b" });
    const arrived = seen("/arrived-away")[0]?.headers;
    expect([arrived?.authorization, arrived?.cookie, arrived?.["x-mine"]]).toEqual([
      undefined,
      undefined,
      "1",
    ]);
  });

  it("PN9 keeps no content where there is none, and text up to a NUL", async () => {
    expect(await get(`${base}/empty`)).toMatchObject({ status_code: 204, content: null, content_type: null });
    expect((await get(`${base}/nul`)).content).toBe("before");
  });

  it("PN10 takes JSON only, and addresses of a known kind", async () => {
    const refusal = (call: string) => ask(call).catch((error) => error.message);
    expect(await refusal(`http_post('${base}/x', headers := '{"content-type": "text/plain"}')`)).toBe(
      'Content-Type header must be "application/json"',
    );
    expect(await refusal("http_get('localhost:6666')")).toBe("Unsupported URL scheme");
    expect(await refusal("http_get('/malformed_url')")).toBe('invalid URL "/malformed_url"');
    expect(await refusal("http_get('no address')")).toBe('invalid URL "no address"');
    for (const call of ["http_get(null)", "http_post(null)", "http_delete(null)"]) {
      expect(await refusal(call)).toContain('null value in column "url"');
    }
  });

  it("PN11 writes addresses as libcurl does", async () => {
    const encode = (url: string, params: string) =>
      door.value(`select net._encode_url_with_params_array('${url}', ${params})`);
    expect(await encode("http://a", "'{}'")).toBe("http://a/");
    expect(await encode("HTTP://a?x=1#frag", "'{y=2,z=3}'")).toBe("http://a/?x=1&y=2&z=3#frag");
    expect(await encode("http://a/b", "array[net._urlencode_string('ä b/~')]")).toBe(
      "http://a/b?%C3%A4%20b%2F~",
    );
    expect(await encode("http://a", "null")).toBeNull();
  });

  it("PN12 collects what has come", async () => {
    const collect = (id: number) =>
      door.rows(
        `select (r).status::text, (r).message, ((r).response).status_code, ((r).response).body from (select net._http_collect_response(${id}) as r) x`,
      );
    expect(await collect(987654321)).toEqual([
      { status: "ERROR", message: "request matching request_id not found", status_code: null, body: null },
    ]);
    const id = await ask(`http_get('${base}/collected')`);
    await responseTo(id);
    expect(await collect(id)).toEqual([
      { status: "SUCCESS", message: "ok", status_code: 201, body: "héllo" },
    ]);
    expect(await door.value(`select net._await_response(${id})`)).toBe(true);
    const failed = await ask("http_get('http://127.0.0.1:1/')");
    await responseTo(failed);
    expect(await collect(failed)).toMatchObject([
      { status: "ERROR", message: "Could not connect to server" },
    ]);
    // As the real one since 0.11.
    await expect(door.rows(`select net.http_collect_response(${id})`)).rejects.toMatchObject({
      code: "42601",
    });
  });

  it("PN13 refuses to wait where that would be for ever", async () => {
    const id = await ask(`http_get('${base}/hold')`);
    const wait = door.value(`select net._await_response(${id})`).catch((error) => error.code);
    await until(() => held.length > 1, "the request");
    held.at(-1)?.end("let go");
    expect(await wait).toBe(door.project.databaseUrl ? true : "0A000");
  });

  it("PN14 writes a batch down when all of it has ended", async () => {
    const slow = await door.rows<{ id: number }>(
      `select net.http_get(url) as id from unnest(array['${base}/batch/quick', '${base}/hold/batch']) url`,
    );
    await until(() => seen("/hold/batch").length === 1 && seen("/batch/quick").length === 1, "both requests");
    const count = () =>
      door.value(`select count(*) from net._http_response where id in (${slow.map(({ id }) => id)})`);
    const next = await ask(`http_get('${base}/batch/next')`);
    expect(await count()).toBe(0);
    expect(await door.value(`select count(*) from net.http_request_queue`)).toBe(3);
    expect(seen("/batch/next")).toEqual([]);
    held.at(-1)?.end("done");
    await responseTo(next);
    expect(await count()).toBe(2);
  });

  it("PN15 sends each of many once, 200 at a time unless told otherwise", async () => {
    await door.run("alter role postgres set pg_net.batch_size to 50");
    await door.run(`select net.http_get('${base}/many/' || n) from generate_series(1, 120) n`);
    const many = () => got.filter(({ url }) => url?.startsWith("/many/"));
    await until(() => many().length >= 120, "120 requests", 20_000);
    await until(
      async () => (await door.value("select count(*) from net.http_request_queue")) === 0,
      "the queue to be empty",
    );
    expect([many().length, new Set(many().map(({ url }) => url)).size]).toEqual([120, 120]);
    const batches = await door.value(
      "select count(distinct created) from net._http_response where id > (select max(id) - 120 from net._http_response)",
    );
    expect(batches).toBe(3);
    await door.run("alter role postgres reset pg_net.batch_size");
  });

  it("PN16 keeps responses for six hours, unless told otherwise", async () => {
    const id = await ask(`http_get('${base}/old')`);
    await responseTo(id);
    const keepsIt = async () =>
      (await door.value<number>(`select count(*) from net._http_response where id = ${id}`)) === 1;
    await door.run(
      `update net._http_response set created = now() - interval '5 hours 59 minutes' where id = ${id}`,
    );
    await get(`${base}/wakes`);
    expect(await keepsIt()).toBe(true);
    await door.run("alter role postgres set pg_net.ttl to '1 hour'; select net.worker_restart()");
    await until(async () => !(await keepsIt()), "the response to go");
    await door.run("alter role postgres reset pg_net.ttl");
  });

  it("PN17 is there for every role, and for the REST API not at all", async () => {
    const usable = await door.rows(
      "select r, has_schema_privilege(r, 'net', 'usage') as usage, has_function_privilege(r, 'net.http_get(text,jsonb,jsonb,int)', 'execute') as execute from unnest('{net_bob,anon,authenticated,service_role}'::text[]) r",
    );
    expect(usable).toEqual(
      ["net_bob", "anon", "authenticated", "service_role"].map((r) => ({ r, usage: true, execute: true })),
    );
    const { project } = door;
    const response = await fetch(`${project.url}/rest/v1/http_request_queue`, {
      headers: { apikey: project.secretKey, "accept-profile": "net" },
    });
    expect(response.status).toBe(406);
  });
});
