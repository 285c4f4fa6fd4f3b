/**
 * Runs a job's command as its user. pg_cron opens a connection for each run; PGlite has one session only, so
 * what a run could leave behind in it is put back: user, settings, temporary tables, an open transaction.
 */
import { protocol } from "@electric-sql/pglite";
import type { PgliteConnection } from "@supabase/lite/pglite";
import { errorMessage, type PostgresError } from "./cron-message.ts";
import type { Database } from "./database.ts";

export interface Outcome {
  readonly status: "succeeded" | "failed";
  readonly message: string;
}

type Driver = PgliteConnection["driver"];
type Messages = Awaited<ReturnType<Driver["execProtocol"]>>["messages"];
type Setting = { readonly name: string; readonly setting: string };

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** For PGlite only: a native Postgres has pg_cron itself. */
export function runAs(database: Database, user: string, command: string): Promise<Outcome> {
  if (database.kind !== "pglite") throw new Error("pg_cron itself runs the jobs of a native Postgres.");
  const { driver } = database.connection as PgliteConnection;
  return database.gate(async () => {
    const before = await readSettings(driver);
    const { rows } = await driver.query<{ owner: string }>("select session_user as owner");
    const owner = quoted(rows[0]?.owner ?? "postgres");
    await driver.exec(`set session authorization ${quoted(user)}`);
    try {
      return await perform(driver, command);
    } finally {
      // PGlite keeps the user through `reset session authorization`.
      await driver.exec(`set session authorization ${owner}; reset role; discard temp`);
      await restore(driver, before);
    }
  });
}

async function perform(driver: Driver, command: string): Promise<Outcome> {
  const { messages } = await send(driver, command);
  const last = messages.findLast(({ name }) => name === "readyForQuery") as { status?: string } | undefined;
  if (last?.status !== "I") await send(driver, "rollback");
  return outcomeOf(messages, command);
}

const send = (driver: Driver, sql: string) =>
  driver.runExclusive(() => driver.execProtocol(protocol.serialize.query(sql), { throwOnError: false }));

/** The last statement decides, unless one failed. */
function outcomeOf(messages: Messages, command: string): Outcome {
  let rows: number | null = null;
  let message = "";
  for (const one of messages) {
    if (one.name === "error") {
      return { status: "failed", message: errorMessage(one as unknown as PostgresError, command) };
    }
    if (one.name.startsWith("copy")) return { status: "failed", message: "COPY not supported" };
    if (one.name === "rowDescription") rows = 0;
    if (one.name === "dataRow") rows = (rows ?? 0) + 1;
    if (one.name === "emptyQuery") message = sayRows(0);
    if (one.name === "commandComplete") {
      message = rows === null ? (one as unknown as { text: string }).text : sayRows(rows);
      rows = null;
    }
  }
  return { status: "succeeded", message };
}

const sayRows = (count: number) => `${count} ${count === 1 ? "row" : "rows"}`;

async function readSettings(driver: Driver): Promise<Map<string, string>> {
  const { rows } = await driver.query<Setting>(
    `select name, setting from pg_settings where source = 'session'
     and name not in ('role', 'session_authorization', 'is_superuser')`,
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

async function restore(driver: Driver, before: ReadonlyMap<string, string>): Promise<void> {
  const after = await readSettings(driver);
  for (const [name, value] of before) {
    if (after.get(name) !== value) await driver.query("select set_config($1, $2, false)", [name, value]);
  }
  for (const name of after.keys()) {
    if (!before.has(name)) await driver.exec(`reset ${name.split(".").map(quoted).join(".")}`);
  }
}
