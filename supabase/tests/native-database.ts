/**
 * A fresh database for a project under test, on the server that DATABASE_URL names. The first project of the
 * moment gets the database of the URL itself, made anew: only there can pg_cron be created. Whoever comes
 * while it is taken gets one of its own, which ends with it.
 */
import { randomUUID } from "node:crypto";
import postgres from "postgres";

export interface TestDatabase {
  readonly url: string;
  /** Lets the next one have it. Whatever uses it must have ended. */
  drop(): Promise<void>;
}

const MARK = "The contract tests made this database and may drop it.";
const quiet = { max: 1, onnotice: () => undefined };

export async function takeDatabase(server: string): Promise<TestDatabase> {
  const wanted = decodeURIComponent(new URL(server).pathname.slice(1)) || "postgres";
  // The claim lives as long as this connection, so it goes when this process goes, in whatever way.
  const admin = postgres(named(server, "template1"), quiet);
  try {
    const [claim] = await admin<{ isOurs: boolean }[]>`
      select pg_try_advisory_lock(hashtext('contract tests'), hashtext(${wanted})) as "isOurs"`;
    const isOurs = claim?.isOurs === true;
    const name = isOurs ? wanted : `contract_${randomUUID()}`;
    if (isOurs) await refuseForeign(admin, server, wanted);
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin`create database ${admin(name)} template template0`;
    await admin.unsafe(`comment on database "${name}" is '${MARK}'`);
    const drop = async () => {
      if (!isOurs) await admin`drop database if exists ${admin(name)} with (force)`;
      await admin.end();
    };
    return { url: named(server, name), drop };
  } catch (error) {
    await admin.end();
    throw error;
  }
}

/** A database that holds somebody's tables is not dropped for a test. */
async function refuseForeign(admin: postgres.Sql, server: string, name: string): Promise<void> {
  const [found] = await admin<{ mark: string | null }[]>`
    select shobj_description(oid, 'pg_database') as mark from pg_database where datname = ${name}`;
  if (!found || found.mark === MARK) return;
  const there = postgres(named(server, name), quiet);
  try {
    const [tables] = await there<{ n: number }[]>`
      select count(*)::int as n from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname not like 'pg_toast%'`;
    if (tables?.n === 0) return;
  } finally {
    await there.end();
  }
  throw new Error(
    `The contract tests make the database of DATABASE_URL anew, and ${name} holds tables they did not make. Name an empty database.`,
  );
}

function named(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
