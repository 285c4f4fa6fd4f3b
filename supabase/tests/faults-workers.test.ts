/** What works by itself, without a request, goes on after the database was away: pg_net and pg_cron. */
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Faults } from "./faults.ts";
import { isHosted, openSqlDoor, type SqlDoor, WHY_NOT_HOSTED } from "./sql-door.ts";
import { until } from "./waiting.ts";

describe.skipIf(isHosted)(`workers${isHosted ? ` (${WHY_NOT_HOSTED})` : ""}`, () => {
  let door: SqlDoor;
  let target: Server;
  let asked: string[];
  beforeAll(async () => {
    asked = [];
    target = createServer((request, response) => {
      asked.push(String(request.url));
      response.end("heard");
    }).listen(0, "127.0.0.1");
    const sql =
      "create extension pg_net; create extension pg_cron; create table public.beats (at timestamptz);";
    door = await openSqlDoor({ sql, args: ["--test"] });
  });
  afterAll(async () => {
    await door?.stop();
    target?.close();
  });

  const post = (path: string) => {
    const address = target.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return door.run(`select net.http_post('http://127.0.0.1:${port}${path}', '{}'::jsonb)`);
  };
  const count = (table: string) => door.value<number>(`select count(*)::int as n from ${table}`);

  it("FA23 both go on after the database was away, and what was kept is not sent again", async () => {
    const faults = new Faults(door.project);
    await door.run("select cron.schedule('beat', '1 second', 'insert into public.beats values (now())')");
    await until(async () => (await count("public.beats")) > 0, "the first run", 20_000);
    await post("/before");
    // A request whose response could not be kept is sent again.
    await until(async () => (await count("net._http_response")) === 1, "the response before", 20_000);
    await faults.loseDatabase(3);
    await until(async () => (await faults.state()).database.goneMs === 0, "its return", 20_000);
    const before = await count("public.beats");
    await until(async () => (await count("public.beats")) > before + 1, "two more runs", 20_000);
    await post("/after");
    await until(async () => (await count("net._http_response")) > 1, "both responses", 20_000);
    expect(asked).toEqual(["/before", "/after"]);
    expect(door.project.standIn?.process.exitCode ?? null).toBeNull();
  });
});
