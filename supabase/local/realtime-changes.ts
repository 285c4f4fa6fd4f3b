/**
 * Change events of the tables in the publication `supabase_realtime`.
 *
 * Row triggers (realtime.sql) write each change of a table somebody listens to into `realtime.changes` and
 * announce its number at commit. The feed then asks, once per listening person and batch, what that person
 * may see of it: the database answers as that person, under row security. A DELETE carries the key only and
 * is not checked, as on hosted Supabase. Handled rows are deleted.
 */
import type { Database } from "./database.ts";
import type { Identity } from "./realtime-access.ts";
import { type Condition, parseFilter } from "./realtime-filter.ts";
import { isRecord } from "./realtime-protocol.ts";

/** One entry of a join's `config.postgres_changes`; `echo` goes back in the reply exactly as it came. */
export interface Wanted {
  readonly id: number;
  readonly event: string;
  readonly schema: string;
  readonly table: string;
  readonly conditions: readonly Condition[];
  readonly select: readonly string[] | null;
  readonly echo: Record<string, unknown>;
}

export interface Subscriber {
  identity(): Identity;
  readonly wanted: readonly Wanted[];
  deliver(ids: number[], data: ChangeData): void;
}

export interface ChangeData {
  readonly schema: string;
  readonly table: string;
  readonly commit_timestamp: string;
  readonly type: string;
  readonly columns: unknown[];
  readonly errors: null;
  readonly record?: Record<string, unknown>;
  readonly old_record?: Record<string, unknown>;
}

export interface ChangeFeed {
  /** Rejects with what is wrong with a subscription. When it resolves, every later commit is delivered. */
  open(subscriber: Subscriber): Promise<void>;
  close(subscriber: Subscriber): void;
  stop(): Promise<void>;
}

interface Announced {
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly type: string;
}

interface SeenChange {
  id: string;
  columns: { name: string }[];
  record: Record<string, unknown> | null;
  old_record: Record<string, unknown> | null;
  committed_at: string;
  passed: number[] | null;
}

/** Reads `config.postgres_changes`; equal entries get the same id. Throws a sentence about a bad filter. */
export function parseWanted(config: unknown): Wanted[] {
  if (!Array.isArray(config)) return [];
  const ids = new Map<string, number>();
  return config.filter(isRecord).map((echo) => {
    const key = JSON.stringify(echo);
    const id = ids.get(key) ?? nextId();
    ids.set(key, id);
    const { event, schema, table, filter, select } = echo;
    return {
      id,
      event: typeof event === "string" ? event : "*",
      schema: typeof schema === "string" ? schema : "public",
      table: typeof table === "string" ? table : "*",
      conditions: parseFilter(typeof filter === "string" ? filter : ""),
      select: Array.isArray(select) ? select.map(String) : null,
      echo,
    };
  });
}

let lastId = 0;
function nextId(): number {
  lastId = (lastId % 0x7ff_ffff) + 1;
  return lastId;
}

export async function startChangeFeed(
  database: Database,
  onError: (error: unknown) => void,
): Promise<ChangeFeed> {
  await database.exec(
    "truncate realtime.subscription, realtime.changes; select realtime.sync_publication();",
  );
  const subscribers = new Map<Subscriber, string[]>();
  const entities = createEntities(database);
  let waiting: Announced[] = [];
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        for (const group of groupByPerson(subscribers.keys(), batch)) await deliverTo(database, group, batch);
        await database.query("delete from realtime.changes where id = any ($1::bigint[])", [
          `{${batch.map((change) => change.id).join()}}`,
        ]);
      } catch (error) {
        onError(error);
      }
    }
    flushing = null;
  }

  const unlisten = await database.listen("realtime_changes", (payload) => {
    waiting.push(JSON.parse(payload));
    flushing ??= Promise.resolve().then(flush);
  });

  return {
    async open(subscriber) {
      const found = await entities.open(subscriber);
      subscribers.set(subscriber, found);
    },
    close(subscriber) {
      const found = subscribers.get(subscriber);
      if (subscribers.delete(subscriber) && found) entities.release(found).catch(onError);
    },
    async stop() {
      await unlisten();
      await flushing;
    },
  };
}

/** Keeps `realtime.subscription` equal to the set of tables somebody listens to; one change of it at a time. */
function createEntities(database: Database) {
  const uses = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const store = async () => {
    const used = [...uses].filter(([, count]) => count > 0).map(([entity]) => entity);
    await database.query(
      `with gone as (delete from realtime.subscription where entity <> all ($1::oid[]))
       insert into realtime.subscription select unnest($1::oid[]) on conflict do nothing`,
      [`{${used.join()}}`],
    );
  };
  const count = async (entities: readonly string[], by: number) => {
    for (const entity of entities) uses.set(entity, (uses.get(entity) ?? 0) + by);
    await store();
  };
  return {
    open: (subscriber: Subscriber) =>
      inTurn(async () => {
        const found = await findEntities(database, subscriber);
        await count(found, 1);
        return found;
      }),
    release: (entities: readonly string[]) => inTurn(() => count(entities, -1)),
  };
}

async function findEntities(database: Database, subscriber: Subscriber): Promise<string[]> {
  const { role } = subscriber.identity();
  const found = new Set<string>();
  for (const { schema, table, conditions } of subscriber.wanted) {
    const { rows } = await database.query<{ entity: string }>(
      "select e::text as entity from realtime.subscribe_entities($1, $2, $3, $4::jsonb) e",
      [role, schema, table, JSON.stringify(conditions)],
    );
    for (const { entity } of rows) found.add(entity);
  }
  return [...found];
}

interface PersonGroup {
  readonly identity: Identity;
  readonly members: Subscriber[];
}

function groupByPerson(subscribers: Iterable<Subscriber>, batch: readonly Announced[]): PersonGroup[] {
  const groups = new Map<string, PersonGroup>();
  for (const subscriber of subscribers) {
    if (!batch.some((change) => subscriber.wanted.some((wanted) => isAbout(wanted, change)))) continue;
    const identity = subscriber.identity();
    const key = `${identity.role} ${identity.claims}`;
    const group = groups.get(key) ?? { identity, members: [] };
    group.members.push(subscriber);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isAbout(wanted: Wanted, change: Announced): boolean {
  return (
    (wanted.schema === "*" || wanted.schema === change.schema) &&
    (wanted.table === "*" || wanted.table === change.table) &&
    (wanted.event === "*" || wanted.event.toUpperCase() === change.type)
  );
}

async function deliverTo(database: Database, group: PersonGroup, batch: readonly Announced[]): Promise<void> {
  const filters = [
    ...new Set(
      group.members.flatMap((member) => member.wanted.map((wanted) => JSON.stringify(wanted.conditions))),
    ),
  ];
  const { rows } = await database.query<SeenChange>(
    `select id, columns, record, old_record, array_to_json(passed) as passed,
            to_char(committed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as committed_at
     from realtime.read_changes($1, $2, $3::bigint[], $4::jsonb)`,
    [
      group.identity.role,
      group.identity.claims,
      `{${batch.map((change) => change.id).join()}}`,
      `[${filters.join()}]`,
    ],
  );
  const announced = new Map(batch.map((change) => [change.id, change]));
  for (const row of rows) {
    const change = announced.get(row.id);
    if (!change) continue;
    const passed = new Set(row.passed?.map((place) => filters[place]));
    for (const member of group.members) deliverRow(member, row, change, passed);
  }
}

function deliverRow(
  member: Subscriber,
  row: SeenChange,
  change: Announced,
  passed: ReadonlySet<string | undefined>,
): void {
  const bySelect = new Map<string, { select: readonly string[] | null; ids: Set<number> }>();
  for (const wanted of member.wanted) {
    if (!isAbout(wanted, change) || !passed.has(JSON.stringify(wanted.conditions))) continue;
    const key = JSON.stringify(wanted.select);
    const entry = bySelect.get(key) ?? { select: wanted.select, ids: new Set<number>() };
    entry.ids.add(wanted.id);
    bySelect.set(key, entry);
  }
  for (const { select, ids } of bySelect.values()) member.deliver([...ids], toData(row, change, select));
}

function toData(row: SeenChange, change: Announced, select: readonly string[] | null): ChangeData {
  const cut = (record: Record<string, unknown> | null) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => !select || select.includes(name)));
  return {
    schema: change.schema,
    table: change.table,
    commit_timestamp: row.committed_at,
    type: change.type,
    columns: row.columns.filter(({ name }) => !select || select.includes(name)),
    errors: null,
    ...(change.type === "DELETE" ? {} : { record: cut(row.record) }),
    ...(change.type === "INSERT" ? {} : { old_record: cut(row.old_record) }),
  };
}
