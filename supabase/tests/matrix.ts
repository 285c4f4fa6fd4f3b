/** Asks the database, in one rolled-back transaction, what each person may do, and compares with permissions.ts. */
import type { Sql } from "./hosted.ts";
import { becoming, idOf, literal, type SqlScene } from "./hosted-scene.ts";
import { ACTORS, type Actor, BUCKETS, TABLES, type TableRights, TOPICS } from "./permissions.ts";

/** `done` for an insert that was let in, `rows` and `none` for what was found, else the SQLSTATE. */
type Outcome = string;

interface Attempt {
  readonly what: string;
  readonly actor: Actor;
  readonly statement: string;
  readonly expected: Outcome;
  readonly topic?: string;
  /** Run before, as the superuser. */
  readonly before?: string;
}

const REFUSED = "42501";

async function outcomeOf(sql: Sql, scene: SqlScene, attempt: Attempt): Promise<Outcome> {
  const { actor, statement, topic, before = "" } = attempt;
  await sql.exec(`savepoint attempt; ${before} ${becoming(idOf(scene, actor), topic)}`);
  try {
    const [row] = await sql.query<{ n?: number }>(statement);
    if (row?.n === undefined) return "done";
    return row.n > 0 ? "rows" : "none";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await sql.exec("rollback to savepoint attempt");
  }
}

const counting = (statement: string) =>
  `with done as (${statement} returning 1) select count(*)::int as n from done`;

function ofTable(scene: SqlScene, name: string, rights: TableRights, actor: Actor): Attempt[] {
  const key = { workspace: scene.workspaceId, document: scene.documentId, owner: scene.ids.owner }[rights.of];
  const where = `where ${rights.key} = '${key}'`;
  const columns = rights.columns?.join(", ") ?? "*";
  const attempt = (verb: string, statement: string, expected: Outcome): Attempt => ({
    what: `${name}: ${verb}`,
    actor,
    statement,
    expected,
  });
  const found = (by: readonly Actor[]) =>
    by.includes(actor) ? "rows" : actor === "anonymous" ? REFUSED : "none";
  // Refused by a missing grant, or let in by a policy.
  const granted = (by: readonly Actor[]) => (by.length === 0 ? REFUSED : found(by));
  const selecting = `select count(*)::int as n from (select ${columns} from public.${name} ${where}) rows`;
  const updating = Object.entries(rights.update).map(([column, { to, by }]) => {
    const statement = counting(`update public.${name} set ${column} = ${literal(to)} ${where}`);
    return attempt(`update of ${column}`, statement, found(by));
  });
  const fixing = counting(`update public.${name} set ${rights.fixed} = ${rights.fixed} ${where}`);
  const inserting = `insert into public.${name} (${rights.key}) values ('${key}')`;
  return [
    attempt("select", selecting, found(rights.select)),
    ...updating,
    attempt(`update of ${rights.fixed}`, fixing, REFUSED),
    attempt("insert", inserting, rights.insert.includes(actor) ? "done" : REFUSED),
    attempt("delete", counting(`delete from public.${name} ${where}`), granted(rights.delete)),
  ];
}

const EXTENSIONS = ["broadcast", "presence"] as const;
const SOME_ID = "8d0f7b5e-0000-4000-8000-000000000001";

function ofTopics(scene: SqlScene, actor: Actor): Attempt[] {
  return Object.entries(TOPICS).flatMap(([kind, rights]) => {
    const [noun, part] = kind.split(":");
    const id = noun === "document" ? scene.documentId : scene.workspaceId;
    return [scene.epoch, scene.epoch - 1, scene.epoch + 1].flatMap((epoch) =>
      EXTENSIONS.flatMap((extension) => {
        const topic = `${noun}:${id}:${part}:${epoch}`;
        const values = `(id, topic, extension) values ('${SOME_ID}', '${topic}', '${extension}')`;
        const insert = `insert into realtime.messages ${values}`;
        const may = (by: readonly Actor[]) => epoch === scene.epoch && by.includes(actor);
        const what = `${kind}${epoch === scene.epoch ? "" : " of another epoch"}: ${extension}`;
        const listen: Attempt = {
          what: `${what} listen`,
          ...{ actor, topic, before: `${insert};` },
          statement: `select count(*)::int as n from realtime.messages where id = '${SOME_ID}'`,
          expected: may(rights.listen[extension]) ? "rows" : "none",
        };
        const expected = may(rights.send[extension]) ? "done" : REFUSED;
        return [listen, { what: `${what} send`, actor, topic, statement: insert, expected }];
      }),
    );
  });
}

function ofBuckets(scene: SqlScene, actor: Actor): Attempt[] {
  return Object.entries(BUCKETS).flatMap(([bucket, rights]) => {
    const name = literal(rights.name(scene.documentId, SOME_ID));
    const insert = `insert into storage.objects (bucket_id, name) values ('${bucket}', ${name})`;
    const where = `where bucket_id = '${bucket}' and name = ${name}`;
    const attempt = (verb: string, statement: string, expected: Outcome, before: string): Attempt => ({
      what: `file in ${bucket}: ${verb}`,
      ...{ actor, statement, expected, before },
    });
    const found = (by: readonly Actor[]) => (by.includes(actor) ? "rows" : "none");
    const selecting = `select count(*)::int as n from storage.objects ${where}`;
    const updating = counting(`update storage.objects set metadata = '{}' ${where}`);
    return [
      attempt("select", selecting, found(rights.select), `${insert};`),
      attempt("insert", insert, rights.insert.includes(actor) ? "done" : REFUSED, ""),
      attempt("update", updating, found(rights.update), `${insert};`),
      attempt("delete", counting(`delete from storage.objects ${where}`), found(rights.delete), `${insert};`),
    ];
  });
}

/** The part of the matrix that one table's policies decide: `public.x`, `realtime.messages`, `storage.objects`. */
export function partOf(scene: SqlScene, table: string): Attempt[] {
  return ACTORS.flatMap((actor) => {
    if (table === "realtime.messages") return ofTopics(scene, actor);
    if (table === "storage.objects") return ofBuckets(scene, actor);
    const name = table.replace(/^public\./, "");
    const rights = TABLES[name];
    return rights ? ofTable(scene, name, rights, actor) : [];
  });
}

export const PARTS: readonly string[] = [
  ...Object.keys(TABLES).map((name) => `public.${name}`),
  "realtime.messages",
  "storage.objects",
];

/** What differs from permissions.ts after `mutation`, as sentences; leaves the database as it was. */
export async function differences(
  sql: Sql,
  scene: SqlScene,
  attempts: readonly Attempt[],
  mutation = "",
): Promise<string[]> {
  const wrong: string[] = [];
  try {
    await sql.exec(`begin; ${mutation}`);
    for (const attempt of attempts) {
      const found = await outcomeOf(sql, scene, attempt);
      if (found === attempt.expected) continue;
      wrong.push(`${attempt.what} by the ${attempt.actor}: ${found} instead of ${attempt.expected}`);
    }
  } finally {
    await sql.exec("rollback");
  }
  return wrong;
}
