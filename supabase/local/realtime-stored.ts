/**
 * Broadcasts from the database: rows that `realtime.send()` wrote reach their room when, and only when, their
 * transaction has committed, in the order of the commits. The notification carries the message itself, because
 * this is the path of every keystroke; one that is too long for a notification is read back by its id.
 */
import type { Database } from "./database.ts";
import type { Hub } from "./realtime-hub.ts";
import { createLane } from "./realtime-lane.ts";
import { messageFrame } from "./realtime-protocol.ts";

interface StoredMessage {
  readonly id: string;
  readonly topic: string;
  readonly event: string;
  readonly private: boolean;
  readonly payload: unknown;
}

const KEPT = "1 hour";
const PURGE_EVERY_MS = 600_000;

export async function startStoredBroadcasts(database: Database, hub: Hub): Promise<() => Promise<void>> {
  // While one is being read back, later ones wait, so that the order of commits stays.
  const lane = createLane(hub.report);
  const take = (payload: string): Promise<void> | undefined => {
    const message: Partial<StoredMessage> & { id: string } = JSON.parse(payload);
    if (message.topic === undefined) return readBack(database, hub, message.id);
    deliver(hub, message as StoredMessage);
    return undefined;
  };

  const unlisten = await database.listen("realtime_messages", (payload) => lane.add(() => take(payload)));
  await purge(database);
  const timer = setInterval(() => purge(database).catch(hub.report), PURGE_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await unlisten();
  };
}

function deliver(hub: Hub, { id, topic, event, payload, private: isPrivate }: StoredMessage): void {
  const room = hub.findRoom(isPrivate, topic);
  if (!room || !hub.events.take()) return;
  const frame = messageFrame({
    topic: `realtime:${topic}`,
    event: "broadcast",
    payload: { type: "broadcast", event, payload, meta: { id } },
  });
  hub.broadcast(room, frame, null);
}

async function readBack(database: Database, hub: Hub, id: string): Promise<void> {
  const { rows } = await database.query<StoredMessage>(
    "select id, topic, event, private, payload from realtime.messages where id = $1",
    [id],
  );
  if (rows[0]) deliver(hub, rows[0]);
}

/** PGlite has no autovacuum, so the space of purged rows is given back here. */
async function purge(database: Database): Promise<void> {
  await database.query(
    `delete from realtime.messages where inserted_at < now()::timestamp - interval '${KEPT}'`,
  );
  if (database.kind === "pglite") {
    await database.exec("vacuum realtime.messages");
    await database.exec("vacuum realtime.changes");
  }
}
