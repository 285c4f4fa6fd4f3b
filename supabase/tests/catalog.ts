/** The database's own account of who may touch what, compared with permissions.ts, name by name. */
import type { Sql } from "./hosted.ts";
import {
  BUCKETS,
  CLOSED_TABLES,
  FUNCTIONS,
  POLICY_FUNCTIONS,
  SERVER_FUNCTIONS,
  TABLES,
  TOPICS,
} from "./permissions.ts";

interface Check {
  readonly what: string;
  /** Gives one column, `item`. */
  readonly sql: string;
  readonly expected: readonly string[];
}

const relations = (schema: string) =>
  `select relname as item from pg_class where relnamespace = '${schema}'::regnamespace
   and relkind in ('r', 'p', 'v', 'm', 'f', 'S')`;

const executable = (schema: string, role: string) =>
  `select proname as item from pg_proc where pronamespace = '${schema}'::regnamespace
   and has_function_privilege('${role}', oid, 'execute')`;

/** Columns that a role may read or change, as `SELECT table.column`; `SELECT table` for all of them. */
const columnGrants = (role: string) => `
  with ours as (
    select oid, relname from pg_class
    where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p', 'v', 'm')
  ), cell as (
    select ours.relname, a.attname, verb, has_column_privilege('${role}', ours.oid, a.attnum, verb) as granted,
      bool_and(has_column_privilege('${role}', ours.oid, a.attnum, verb)) over (partition by ours.oid, verb) as whole
    from ours cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) verb
    join pg_attribute a on a.attrelid = ours.oid and a.attnum > 0 and not a.attisdropped
  )
  select distinct verb || ' ' || relname || case when whole and verb = 'SELECT' then '' else '.' || attname end as item
  from cell where granted
  union all
  select verb || ' ' || ours.relname from ours cross join unnest(array['DELETE', 'TRUNCATE', 'TRIGGER']) verb
  where has_table_privilege('${role}', ours.oid, verb)`;

const grantsToPeople = Object.entries(TABLES).flatMap(([name, { columns, update }]) => [
  ...(columns ? columns.map((column) => `SELECT ${name}.${column}`) : [`SELECT ${name}`]),
  ...Object.keys(update).map((column) => `UPDATE ${name}.${column}`),
]);

const writtenByServer = `
  select relname as item from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and has_table_privilege('service_role', oid, 'insert, update, delete')`;

/** `noun:part` of every topic that a function of ours names, be it to judge it or to send to it. */
const topics = `
  with source as (select prosrc from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)),
  judged as (
    select m[1] as noun, part from source,
      regexp_matches(prosrc, '\\^([a-z]+):'' \\|\\| v_uuid \\|\\| '':\\(?([a-z|]+)\\)?:', 'g') m,
      regexp_split_to_table(m[2], '\\|') part
  ), sent as (
    select m[1] as noun, m[2] as part from source, regexp_matches(prosrc, '''([a-z]+):%s:([a-z]+):%s''', 'g') m
  )
  select distinct noun || ':' || part as item from (select * from judged union select * from sent) named`;

const CHECKS: readonly Check[] = [
  { what: "tables of the API", sql: relations("public"), expected: Object.keys(TABLES) },
  { what: "tables behind it", sql: relations("private"), expected: CLOSED_TABLES },
  {
    what: "functions of the API",
    sql: "select proname as item from pg_proc where pronamespace = 'public'::regnamespace",
    expected: [...Object.keys(FUNCTIONS), ...SERVER_FUNCTIONS],
  },
  {
    what: "functions that nobody signed in calls",
    sql: executable("public", "anon"),
    expected: Object.entries(FUNCTIONS)
      .filter(([, allowed]) => (allowed as readonly string[]).includes("anonymous"))
      .map(([name]) => name),
  },
  {
    what: "functions that people call",
    sql: executable("public", "authenticated"),
    expected: Object.keys(FUNCTIONS),
  },
  {
    what: "functions that the server cannot call",
    sql: `select proname as item from pg_proc where pronamespace = 'public'::regnamespace
          and proname = any ('{${SERVER_FUNCTIONS.join(",")}}') and not has_function_privilege('service_role', oid, 'execute')`,
    expected: [],
  },
  { what: "helpers open to nobody signed in", sql: executable("private", "anon"), expected: [] },
  { what: "helpers of policies", sql: executable("private", "authenticated"), expected: POLICY_FUNCTIONS },
  {
    what: "helpers open to the server",
    sql: executable("private", "service_role"),
    expected: POLICY_FUNCTIONS,
  },
  { what: "grants to people", sql: columnGrants("authenticated"), expected: grantsToPeople },
  { what: "grants to nobody signed in", sql: columnGrants("anon"), expected: [] },
  {
    what: "tables that the server writes",
    sql: writtenByServer,
    expected: Object.keys(TABLES).filter((name) => TABLES[name]?.serverWrites),
  },
  {
    what: "grants to the server behind the API",
    sql: `select relname as item from pg_class where relnamespace = 'private'::regnamespace and relkind in ('r', 'p')
          and has_any_column_privilege('service_role', oid, 'select, insert, update')`,
    expected: [],
  },
  { what: "topics", sql: topics, expected: Object.keys(TOPICS) },
  {
    what: "buckets",
    sql: "select id || case when public then ' (public)' else '' end as item from storage.buckets",
    expected: Object.entries(BUCKETS).map(([id, bucket]) => (bucket.public ? `${id} (public)` : id)),
  },
];

/** Sentences: what is there and not in permissions.ts, and the other way round. */
export async function catalogDifferences(sql: Sql): Promise<string[]> {
  const wrong: string[] = [];
  for (const check of CHECKS) {
    const rows = await sql.query<{ item: string }>(check.sql);
    const found = rows.map(({ item }) => item).sort();
    const expected = [...check.expected].sort();
    const extra = found.filter((item, at) => !expected.includes(item) || found[at - 1] === item);
    const missing = expected.filter((item) => !found.includes(item));
    for (const item of extra) wrong.push(`${check.what}: ${item} is not in permissions.ts`);
    for (const item of missing) wrong.push(`${check.what}: ${item} is not in the database`);
  }
  return wrong;
}
