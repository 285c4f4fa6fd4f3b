/**
 * Change events of the tables in the publication `supabase_realtime`.
 *
 * Row triggers (realtime.sql) write each change of a table somebody listens to into `realtime.changes` and
 * announce its number at commit. The feed then asks, once per listening person and batch, what that person
 * may see of it: the database answers as that person, under row security. A DELETE carries the key only and
 * is not checked, as on hosted Supabase. Handled rows are deleted; what is left when a server comes back is
 * what was missed.
 */
import type { Database } from "./database.ts";
import type { Identity } from "./realtime-access.ts";
import { createLane } from "./realtime-lane.ts";
import { type ChangeData, deliverRow, type SeenChange } from "./realtime-seen.ts";
import { explain, notPublished, type Wanted } from "./realtime-wanted.ts";

export interface Subscriber {
  identity(): Identity;
  readonly wanted: readonly Wanted[];
  deliver(ids: number[], data: ChangeData): void;
}

export interface ChangeFeed {
  /** Rejects with what is wrong with a subscription. When it resolves, every later commit is delivered. */
  open(subscriber: Subscriber): Promise<void>;
  close(subscriber: Subscriber): void;
  stop(): Promise<void>;
}

/** A change that was announced and not handled yet. */
export interface Announced {
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly type: string;
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
  const queue = createQueue((batch) => handleBatch(database, subscribers.keys(), batch), onError);
  const catchUp = async () => {
    const { rows } = await database.query<Announced>(
      `select c.id::text as id, n.nspname::text as schema, t.relname::text as table, c.type
       from realtime.changes c join pg_class t on t.oid = c.entity join pg_namespace n on n.oid = t.relnamespace
       order by c.id`,
    );
    for (const row of rows) queue.add(row);
  };
  const lane = createLane(onError);
  const unlisten = await database.listen(
    "realtime_changes",
    (payload) => queue.add(JSON.parse(payload)),
    () => lane.add(catchUp),
  );

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
      await queue.idle();
    },
  };
}

/** Hands over what came meanwhile, batch after batch; each change once. */
function createQueue(
  handle: (batch: readonly Announced[]) => Promise<void>,
  onError: (error: unknown) => void,
) {
  const known = new Set<string>();
  let waiting: Announced[] = [];
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await handle(batch).catch(onError);
      for (const { id } of batch) known.delete(id);
    }
    flushing = null;
  }
  return {
    add(change: Announced): void {
      if (known.has(change.id)) return;
      known.add(change.id);
      waiting.push(change);
      flushing ??= Promise.resolve().then(flush);
    },
    idle: async () => {
      await flushing;
    },
  };
}

async function handleBatch(
  database: Database,
  subscribers: Iterable<Subscriber>,
  batch: readonly Announced[],
): Promise<void> {
  for (const group of groupByPerson(subscribers, batch)) await deliverTo(database, group, batch);
  await database.query("delete from realtime.changes where id = any ($1::bigint[])", [toArray(batch)]);
}

const toArray = (batch: readonly Announced[]) => `{${batch.map((change) => change.id).join()}}`;

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
  for (const wanted of subscriber.wanted) {
    const entities = await findPublished(database, role, wanted);
    if (entities.length === 0) throw notPublished(wanted);
    for (const entity of entities) found.add(entity);
  }
  return [...found];
}

async function findPublished(database: Database, role: string, wanted: Wanted): Promise<string[]> {
  const { schema, table, conditions, select } = wanted;
  try {
    const { rows } = await database.query<{ entity: string }>(
      "select e::text as entity from realtime.subscribe_entities($1, $2, $3, $4::text::jsonb, $5::text::jsonb) e",
      [role, schema, table, JSON.stringify(conditions), JSON.stringify(select ?? [])],
    );
    return rows.map(({ entity }) => entity);
  } catch (error) {
    throw explain(wanted, error);
  }
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

export function isAbout(wanted: Wanted, change: Announced): boolean {
  return (
    (wanted.schema === "*" || wanted.schema === change.schema) &&
    (wanted.table === "*" || wanted.table === change.table) &&
    (wanted.event === "*" || wanted.event === change.type)
  );
}

async function deliverTo(database: Database, group: PersonGroup, batch: readonly Announced[]): Promise<void> {
  const filters = [
    ...new Set(
      group.members.flatMap((member) => member.wanted.map((wanted) => JSON.stringify(wanted.conditions))),
    ),
  ];
  const { rows } = await database.query<{ seen: SeenChange[] }>(
    "select realtime.read_changes($1, $2, $3::bigint[], $4::text::jsonb) as seen",
    [group.identity.role, group.identity.claims, toArray(batch), `[${filters.join()}]`],
  );
  const seen = new Map(rows[0]?.seen.map((row) => [row.id, row]));
  // In the order of the announcements, which is the order of the commits.
  for (const change of batch) {
    const row = seen.get(change.id);
    if (!row) continue;
    const passed = new Set(row.passed.map((place) => filters[place]));
    for (const member of group.members) {
      const meant = member.wanted.filter(
        (wanted) => isAbout(wanted, change) && passed.has(JSON.stringify(wanted.conditions)),
      );
      deliverRow(meant, row, change, (ids, data) => member.deliver(ids, data));
    }
  }
}
