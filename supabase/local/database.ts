/**
 * The one database of the stand-in, shared by every service of it.
 *
 * It is PGlite, in this process (`kind: "pglite"`), or a Postgres 17 server (`"native"`, database-native.ts).
 *
 * PGlite has a single session, and @supabase/lite sends BEGIN … COMMIT over it without a lock of its own.
 * So everything that touches the database takes its turn at one gate: `query`, `exec`, `transaction` and
 * `listen` do so themselves; `gate` is for code that talks to lite's connection (lite's `app.fetch`).
 * The gate does not open twice for one caller: inside `transaction` use the handle you are given, and
 * inside `gate` the connection; calling `query` there waits forever. On a server all of this runs at the
 * same time: two transactions see each other's rows only as Postgres' own isolation has it.
 *
 * Every statement sent here runs as the superuser. To act as a person, open a transaction and
 * `set_config('role', …, true)` first.
 *
 * Values: bytea arrives as text `\x…` and may be sent as such or as Uint8Array; timestamps arrive as the text
 * that to_json gives (2026-01-02T03:04:05.6+00:00); json and jsonb arrive parsed, and text given for them is
 * JSON; numeric arrives as number, int8 as number while it is safe, then bigint.
 */

import type { Extensions } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { uuid_ossp } from "@electric-sql/pglite/contrib/uuid_ossp";
import { vector } from "@electric-sql/pglite/vector";
import { PgliteConnection } from "@supabase/lite/pglite";
import type { PostgresConnection } from "@supabase/lite/postgres";
import { OID, toByteaText, toJsonText, toJsonTime, toNumber } from "./database-values.ts";
import { createGate, type Gate } from "./gate.ts";
import { storesValues } from "./lite-corrections.ts";

export type LiteConnection = PgliteConnection | PostgresConnection;

export interface Session {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<{ rows: Row[] }>;
  /** Runs several statements at once, without parameters. */
  exec(sql: string): Promise<void>;
}

export interface Database extends Session {
  readonly kind: "pglite" | "native";
  /** What lite's App is built on. Use it inside `gate` only. */
  readonly connection: LiteConnection;
  /** Commits when `work` resolves, rolls back when it throws; nobody else runs meanwhile (PGlite). */
  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T>;
  /** Holds the gate while `work` runs; for code that uses lite's connection. */
  gate<T>(work: () => Promise<T>): Promise<T>;
  /** Runs several statements as one message in one transaction; resolves to the rows of each. */
  script(sql: string): Promise<Record<string, unknown>[][]>;
  /**
   * Calls back for every NOTIFY on the channel; resolves to the way to stop. Payloads stay below 8,000 bytes.
   * `onReconnect` is called when a server was away and is listened to again: notifications of the time
   * between are lost, so look for yourself what they were about.
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Thrown instead of asking a database that was closed; while the process ends that is no news. */
export class DatabaseClosed extends Error {
  constructor() {
    super("The database is closed.");
  }
}

export interface PgliteOptions {
  /** Where the data lies; absent means in memory. */
  readonly folder?: string;
  /** More extensions than the ones every Supabase project has (pg_net comes this way). */
  readonly extensions?: Extensions;
}

/** That of every session of a Supabase project. */
export const SEARCH_PATH = '"$user", public, extensions';

const withParams = (params: readonly unknown[] | undefined) => (params ? [...params] : []);

/**
 * At its first request lite grants ALL on every table of each schema that has row security, which would undo
 * the migrations' own revokes. Telling it that this was done keeps the grants as the migrations say.
 */
export function asLiteConnection<C extends LiteConnection>(connection: C): C {
  if (!Reflect.set(connection, "rlsState", "active")) throw new Error("lite's connection is sealed");
  return connection;
}

function createConnection(options: PgliteOptions): PgliteConnection {
  const connection = new PgliteConnection({
    ...(options.folder === undefined ? {} : { url: options.folder }),
    pgliteOptions: {
      extensions: { vector, pg_trgm, unaccent, uuid_ossp, ...options.extensions },
      parsers: {
        [OID.bytea]: (value: string) => value,
        [OID.numeric]: toNumber,
        [OID.timestamp]: toJsonTime,
        [OID.timestamptz]: toJsonTime,
      },
      serializers: { [OID.bytea]: toByteaText },
    },
  });
  return asLiteConnection(connection);
}

export async function openPglite(options: PgliteOptions = {}): Promise<Database> {
  const connection = createConnection(options);
  const driver = connection.driver;
  await driver.waitReady;
  // PGlite sets one of its own when it opens, past the one of the database.
  await driver.exec(`set search_path = ${SEARCH_PATH}`);
  writeJsonForLite(driver);
  const gate = untilClosed(createGate());
  const session = sessionOf(driver);
  return {
    kind: "pglite",
    connection,
    query: (sql, params) => gate.run(() => session.query(sql, params)),
    exec: (sql) => gate.run(() => session.exec(sql)),
    transaction: (work) => gate.run(() => driver.transaction((tx) => work(sessionOf(tx)))),
    gate: (work) => gate.run(work),
    script: (sql) =>
      gate.run(async () => (await driver.exec(sql)).map(({ rows }) => rows as Record<string, unknown>[])),
    listen: (channel, onPayload) => listen(gate, connection, channel, onPayload),
    close: () => gate.close(() => connection.close()),
  };
}

/** Whoever waits behind the closing is refused. */
function untilClosed(gate: Gate) {
  let isClosed = false;
  return {
    run: <T>(work: () => Promise<T>): Promise<T> =>
      gate.run(async () => {
        if (isClosed) throw new DatabaseClosed();
        return work();
      }),
    close: (work: () => Promise<void>): Promise<void> =>
      gate.run(async () => {
        if (!isClosed) await work();
        isClosed = true;
      }),
  };
}

const asJson = (write: (value: unknown) => string) => ({
  serializers: { [OID.json]: write, [OID.jsonb]: write },
});
/** Text given for JSON is JSON already. */
const ownJson = asJson(toJsonText);
/** Text given for JSON is to be stored as a text. */
const storedJson = asJson(JSON.stringify);

/** Tells lite's statements, which come without options, from ours. */
function writeJsonForLite(driver: PgliteConnection["driver"]): void {
  const query = driver.query.bind(driver);
  driver.query = (sql, params, options) =>
    query(sql, params, options ?? (storesValues(sql) ? storedJson : undefined));
}

interface Driver {
  query<Row>(sql: string, params?: unknown[], options?: typeof ownJson): Promise<{ rows: Row[] }>;
  exec(sql: string): Promise<unknown>;
}

function sessionOf(driver: Driver): Session {
  return {
    query: (sql, params) => driver.query(sql, withParams(params), ownJson),
    exec: async (sql) => {
      await driver.exec(sql);
    },
  };
}

async function listen(
  gate: Gate,
  { driver }: PgliteConnection,
  channel: string,
  onPayload: (payload: string) => void,
): Promise<() => Promise<void>> {
  const stop = await gate.run(() => driver.listen(channel, onPayload));
  return () => gate.run(() => stop());
}
