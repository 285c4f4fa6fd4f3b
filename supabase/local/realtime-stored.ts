/**
 * Broadcasts from the database: rows that `realtime.send()` and `realtime.send_binary()` wrote reach their room
 * when, and only when, their transaction has committed, in the order of the commits. The notification carries the
 * message itself, because this is the path of every keystroke, and its payload goes out as it came; one that is
 * too long for a notification is read back by its id, and so is what was missed while a server was away.
 */
import type { Database } from "./database.ts";
import { rawBroadcastFrame, textBroadcastFrame } from "./realtime-frame.ts";
import type { Hub } from "./realtime-hub.ts";
import { createLane } from "./realtime-lane.ts";

type Header = readonly [
  id: string,
  isPrivate: boolean | null,
  topic: string,
  event: string,
  isBinary: boolean,
];

const KEPT = "72 hours";
const PURGE_EVERY_MS = 600_000;
/** A transaction may have written its message this long before it committed. */
const LONGEST_TRANSACTION_MS = 60_000;

export async function startStoredBroadcasts(database: Database, hub: Hub): Promise<() => Promise<void>> {
  // While one is being read back, later ones wait, so that the order of commits stays.
  const lane = createLane(hub.report);
  const heard = database.kind === "native" ? createMemory() : null;

  const tell = (text: string) => {
    const end = text.indexOf("\n");
    const header: Header = JSON.parse(text.slice(0, end));
    if (heard && !heard.add(header[0])) return;
    deliver(hub, header, text.slice(end + 1));
  };
  const take = (text: string): Promise<void> | undefined => {
    if (!text.startsWith("["))
      return readBack(database, "id = $1::uuid", text).then((texts) => texts.forEach(tell));
    tell(text);
    return undefined;
  };
  const catchUp = async () => {
    const window = `${Math.ceil((heard?.silence() ?? 0) + LONGEST_TRANSACTION_MS)} ms`;
    const since =
      "inserted_at >= now()::timestamp - $1::interval and event is not null and extension = 'broadcast'";
    (await readBack(database, since, window)).forEach(tell);
  };

  const unlisten = await database.listen(
    "realtime_messages",
    (text) => lane.add(() => take(text)),
    () => lane.add(catchUp),
  );
  await purge(database);
  const timer = setInterval(() => purge(database).catch(hub.report), PURGE_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await unlisten();
  };
}

function deliver(hub: Hub, [id, isPrivate, topic, event, isBinary]: Header, payload: string): void {
  const room = hub.findRoom(isPrivate === true, topic);
  if (!room || payload.length > hub.limits.payloadBytes * (isBinary ? 4 / 3 : 1)) return;
  hub.events.add();
  const address = `realtime:${topic}`;
  const frame = isBinary
    ? rawBroadcastFrame(address, { event, encoding: "binary", bytes: Buffer.from(payload, "base64") }, { id })
    : textBroadcastFrame({ topic: address, event, payload, meta: { id } });
  hub.broadcast(room, frame, null);
}

async function readBack(database: Database, which: string, param: string): Promise<string[]> {
  const { rows } = await database.query<{ text: string }>(
    `select realtime.tell(m) as text from realtime.messages m where ${which} order by m.inserted_at`,
    [param],
  );
  return rows.map(({ text }) => text);
}

/** Which messages were heard lately, so that catching up tells none twice. */
function createMemory() {
  const times = new Map<string, number>();
  let latest = performance.now();
  return {
    /** False when it was heard before. */
    add(id: string): boolean {
      if (times.has(id)) return false;
      latest = performance.now();
      times.set(id, latest);
      for (const [old, time] of times) {
        if (time > latest - LONGEST_TRANSACTION_MS) break;
        times.delete(old);
      }
      return true;
    },
    silence: () => performance.now() - latest,
  };
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
