/**
 * The stand-in's database on a Postgres 17 server, by `DATABASE_URL` or `--database-url`. Requests run at the
 * same time, on connections of their own; the gate is only a limit there. The connections come back by
 * themselves after a restart of the server; what ran meanwhile fails.
 */
import { createHash } from "node:crypto";
import { PostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";
import { asLiteConnection, type Database, type Session } from "./database.ts";
import { toSentence } from "./database-native-errors.ts";
import { Listener } from "./database-native-listener.ts";
import { clientOptions, type Held, Pool } from "./database-native-pool.ts";
import { createPlaces } from "./gate.ts";

const CONNECTIONS = 16;
/** lite may want a second connection while it holds one; so many can never take all of them. */
const LITE_AT_ONCE = CONNECTIONS / 2;
const STARTING_UP = "57P03";
const START_PATIENCE_MS = 30_000;
/** As long as the server may need to notice that a killed stand-in is gone. */
const IN_USE_PATIENCE_MS = 5_000;
const RETRY_MS = 100;
const WANTED_MAJOR = 17;

/** Throws a sentence when the server cannot be used. */
export async function openNative(url: string): Promise<Database> {
  checkUrl(url);
  const listener = await openWhenUp(url);
  const pool = new Pool(url, CONNECTIONS);
  const places = createPlaces(LITE_AT_ONCE);
  const onOne = async <T>(work: (held: Held) => Promise<T>): Promise<T> => {
    const held = await pool.acquire();
    try {
      return await work(held);
    } finally {
      held.release();
    }
  };
  return {
    kind: "native",
    connection: liteConnection(url, pool),
    query: (sql, params) => onOne((held) => sessionOf(held).query(sql, params)),
    exec: (sql) => onOne((held) => sessionOf(held).exec(sql)),
    transaction: (work) => onOne((held) => inTransaction(held, work)),
    gate: (work) => places.run(work),
    script: (sql) => onOne(async (held) => eachStatement(await held.run(sql))),
    listen: (channel, onPayload, onReconnect) => listener.listen(channel, onPayload, onReconnect),
    async close() {
      await pool.close();
      await listener.close();
    },
  };
}

function checkUrl(url: string): void {
  const isOne = URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol);
  if (!isOne) {
    throw new Error(
      "The database URL is not one; it looks like postgresql://user:password@host:5432/database.",
    );
  }
}

/** A server that is starting says so and is waited for; anything else is a sentence at once. */
async function openWhenUp(url: string) {
  const patience = performance.now() + START_PATIENCE_MS;
  for (;;) {
    try {
      return await Listener.open(url, { onOpen: claim(url), ...tellOfOutages(url) });
    } catch (error) {
      const isStarting = (error as { code?: unknown }).code === STARTING_UP;
      if (!isStarting || performance.now() > patience) throw toSentence(error, url);
      await pause();
    }
  }
}

/** One line each, however many requests fail meanwhile. */
function tellOfOutages(url: string) {
  const { host } = new URL(url);
  const say = (what: string) => () => {
    process.stderr.write(`The Postgres at ${host} ${what}\n`);
  };
  return { onLost: say("went away; it is looked for until it is back."), onBack: say("is back.") };
}

/**
 * What a fresh connection must show before it is used: the right version, a superuser, and that no other
 * stand-in works on this database. The connection keeps that claim as long as it lives.
 */
function claim(url: string): (client: postgres.Sql) => Promise<void> {
  let isFirst = true;
  return async (client) => {
    const [server] = await client<{ version: number; text: string; isSuper: boolean }[]>`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
             current_setting('is_superuser') = 'on' as "isSuper"`;
    const major = Math.floor((server?.version ?? 0) / 10_000);
    const where = new URL(url).host;
    if (major !== WANTED_MAJOR) {
      throw new Error(`The server at ${where} is Postgres ${server?.text}; this version needs Postgres 17.`);
    }
    if (!server?.isSuper) {
      throw new Error(
        `The database URL must name a superuser of the server at ${where}: the stand-in makes roles there.`,
      );
    }
    const patience = performance.now() + (isFirst ? IN_USE_PATIENCE_MS : 0);
    for (;;) {
      const [answer] = await client<{ isOurs: boolean }[]>`
        select pg_try_advisory_lock(hashtext('supabase stand-in'), 0) as "isOurs"`;
      if (answer?.isOurs) break;
      if (performance.now() > patience) {
        throw new Error(`The database ${databaseOf(url)} at ${where} is in use by another stand-in.`);
      }
      await pause();
    }
    isFirst = false;
  };
}

const databaseOf = (url: string) => new URL(url).pathname.slice(1) || "postgres";
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS));

/** lite's connection, on our connections: its driver would open a pool of its own, see there. */
function liteConnection(url: string, pool: Pool) {
  const connection = new PostgresConnection({ url, postgresOptions: clientOptions() });
  const reserve = async () => {
    const held = await pool.acquire();
    return { unsafe: held.runForLite, release: held.release };
  };
  if (!Reflect.set(connection.driver, "reserve", reserve)) throw new Error("lite's driver is sealed");
  return asLiteConnection(connection);
}

function sessionOf(held: Held): Session {
  return {
    query: async <Row>(sql: string, params?: readonly unknown[]) => ({
      rows: [...((await held.run(sql, params)) as Iterable<Row>)],
    }),
    exec: async (sql) => {
      await held.run(sql);
    },
  };
}

async function inTransaction<T>(held: Held, work: (tx: Session) => Promise<T>): Promise<T> {
  await held.run("begin");
  try {
    const result = await work(sessionOf(held));
    await held.run("commit");
    return result;
  } catch (error) {
    // A connection that cannot take this is thrown away when it is released, and the transaction with it.
    await held.run("rollback").catch(() => undefined);
    throw error;
  }
}

/** postgres.js gives the rows themselves when there was one statement, and a list of them when several. */
function eachStatement(result: readonly unknown[]): Record<string, unknown>[][] {
  const results = "command" in result ? [result] : result;
  return results.map((rows) => [...(rows as Iterable<Record<string, unknown>>)]);
}

/** Serialises work of all stand-ins on one server: roles belong to all of its databases. */
export async function aloneOnServer<T>(url: string, work: () => Promise<T>): Promise<T> {
  const common = new URL(url);
  common.pathname = "/postgres";
  const name = createHash("sha256").update("supabase stand-in bootstrap").digest().readInt32BE(0);
  const client = postgres(common.href, { ...clientOptions(), fetch_types: false });
  try {
    await client`select pg_advisory_lock(${name}::bigint)`;
  } catch (error) {
    await client.end({ timeout: 1 });
    // No database of that name: then only this one's own stand-ins are kept apart.
    if ((error as { code?: unknown }).code === "3D000") return work();
    throw toSentence(error, common.href);
  }
  try {
    return await work();
  } finally {
    await client.end({ timeout: 1 });
  }
}
