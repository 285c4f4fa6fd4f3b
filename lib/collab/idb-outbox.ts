/**
 * The outbox in IndexedDB: one database for all documents, entries keyed by person and document, so that two people
 * on one computer never send each other's text.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Outbox, OutboxEntry } from "./outbox.ts";

const NAME = "command-center-outbox";
const VERSION = 1;

type Row = OutboxEntry & {
  /** Order of first writing. */
  place: number;
  userId: string;
  documentId: string;
};

interface Schema extends DBSchema {
  entries: {
    key: number;
    value: Row;
    indexes: { scope: [string, string]; entry: [string, string, string, number]; person: string };
  };
}

export type OutboxScope = { readonly userId: string; readonly documentId: string };

function openDatabase(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade(database) {
      const entries = database.createObjectStore("entries", { keyPath: "place", autoIncrement: true });
      entries.createIndex("scope", ["userId", "documentId"]);
      entries.createIndex("entry", ["userId", "documentId", "sessionId", "clientSeq"], { unique: true });
      entries.createIndex("person", "userId");
    },
    // Another tab runs a newer version of the program: let it have the database, memory takes over here.
    blocking(_current, _next, event) {
      (event.target as IDBDatabase).close();
    },
  });
}

/** Between two entries of one outbox; between two outboxes lies 1. Both stay exact for 67 million of them. */
const STEP = 2 ** -26;

/**
 * A place that no other outbox has: the keys that the database gives out only rise, and what an outbox writes lies
 * between its own and the next. So the key of an entry is known before it is written.
 */
async function reservePlace(database: IDBPDatabase<Schema>): Promise<number> {
  const transaction = database.transaction("entries", "readwrite", DURABILITY);
  // A row without fields is in no index: nobody lists it, were it to stay.
  const added = transaction.store.add({} as Row);
  const removed = added.then((place) => transaction.store.delete(place));
  const [place] = await Promise.all([added, removed, transaction.done]);
  return place;
}

/**
 * What a killed tab or browser leaves is what the system took over, and it has that at once either way. "strict" would
 * also save the last unsent words from a power cut, and make each key wait for the disk.
 */
const DURABILITY = { durability: "relaxed" } as const;

const nameOf = (sessionId: string, clientSeq: number) => `${sessionId} ${clientSeq}`;

/**
 * Rejects when IndexedDB is denied. Every later call rejects when it is full or was taken away.
 *
 * `put` hands everything to the browser before it returns, as one transaction that needs nothing more of this thread: a
 * tab that is killed right behind a key has kept it. Transactions follow each other in the order of the calls.
 */
export async function openIdbOutbox({ userId, documentId }: OutboxScope): Promise<Outbox> {
  const database = await openDatabase();
  const places = new Map<string, number>();
  const reserved = await reservePlace(database).then(
    (place) => ({ place }),
    // Full: what is in it can still be read and sent.
    (cause: unknown) => ({ cause }),
  );
  let count = 0;
  async function put(entry: OutboxEntry): Promise<void> {
    if ("cause" in reserved) throw reserved.cause;
    const name = nameOf(entry.sessionId, entry.clientSeq);
    const known = places.get(name);
    const place = known ?? reserved.place + ++count * STEP;
    const row: Row = { ...entry, userId, documentId, place };
    const transaction = database.transaction("entries", "readwrite", DURABILITY);
    places.set(name, place);
    // Not `put` at first: that would silently write over whatever stood there.
    const written = known === undefined ? transaction.store.add(row) : transaction.store.put(row);
    transaction.commit();
    await Promise.all([written, transaction.done]);
  }
  async function remove(sessionId: string, clientSeqs: readonly number[]): Promise<void> {
    const transaction = database.transaction("entries", "readwrite", DURABILITY);
    const removed = clientSeqs.flatMap((clientSeq) => {
      const name = nameOf(sessionId, clientSeq);
      const place = places.get(name);
      places.delete(name);
      return place === undefined ? [] : [transaction.store.delete(place)];
    });
    transaction.commit();
    await Promise.all([...removed, transaction.done]);
  }
  async function list(): Promise<OutboxEntry[]> {
    const rows = await database.getAllFromIndex("entries", "scope", [userId, documentId]);
    return rows
      .toSorted((a, b) => a.place - b.place)
      .map(({ sessionId, yjsClientId, clientSeq, parts, sums, place }) => {
        places.set(nameOf(sessionId, clientSeq), place);
        return { sessionId, yjsClientId, clientSeq, parts, sums };
      });
  }
  return { put, remove, list, close: () => database.close() };
}

/** Deletes all entries of this person on this computer, over all documents: for an account that is gone. */
export async function forgetPerson(userId: string): Promise<void> {
  const database = await openDatabase();
  try {
    const transaction = database.transaction("entries", "readwrite");
    const keys = await transaction.store.index("person").getAllKeys(userId);
    await Promise.all(keys.map((key) => transaction.store.delete(key)));
    await transaction.done;
  } finally {
    database.close();
  }
}

/** How many entries of this person wait on this computer, over all documents: asked before signing out. */
export async function countUnsentEntries(userId: string): Promise<number> {
  const database = await openDatabase();
  try {
    return await database.countFromIndex("entries", "person", userId);
  } finally {
    database.close();
  }
}

/** The documents in which this person left words on this computer, each once. */
export async function listUnsentDocuments(userId: string): Promise<string[]> {
  const database = await openDatabase();
  try {
    const documentIds: string[] = [];
    const own = IDBKeyRange.bound([userId], [userId, []]);
    const scopes = database.transaction("entries").store.index("scope").iterate(own, "nextunique");
    for await (const { key } of scopes) documentIds.push(key[1]);
    return documentIds;
  } finally {
    database.close();
  }
}
