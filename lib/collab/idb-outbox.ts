/**
 * The outbox in IndexedDB: one database for all documents, entries keyed by person and document, so that two people
 * on one computer never send each other's text.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Outbox, OutboxEntry } from "./outbox.ts";

const NAME = "command-center-outbox";
const VERSION = 1;

type Row = OutboxEntry & {
  /** Given by the database: order of first writing. */
  place?: number;
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

/** Rejects when IndexedDB is denied. Every later call rejects when it is full or was taken away. */
export async function openIdbOutbox({ userId, documentId }: OutboxScope): Promise<Outbox> {
  const database = await openDatabase();
  async function put(entry: OutboxEntry): Promise<void> {
    const transaction = database.transaction("entries", "readwrite");
    const key = [userId, documentId, entry.sessionId, entry.clientSeq] as [string, string, string, number];
    const place = await transaction.store.index("entry").getKey(key);
    await transaction.store.put({ ...entry, userId, documentId, ...(place === undefined ? {} : { place }) });
    await transaction.done;
  }
  async function remove(sessionId: string, clientSeqs: readonly number[]): Promise<void> {
    const transaction = database.transaction("entries", "readwrite");
    for (const clientSeq of clientSeqs) {
      const place = await transaction.store.index("entry").getKey([userId, documentId, sessionId, clientSeq]);
      if (place !== undefined) await transaction.store.delete(place);
    }
    await transaction.done;
  }
  async function list(): Promise<OutboxEntry[]> {
    const rows = await database.getAllFromIndex("entries", "scope", [userId, documentId]);
    return rows
      .toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
      .map(({ sessionId, yjsClientId, clientSeq, parts, sums }) => ({
        ...{ sessionId, yjsClientId, clientSeq, parts },
        sums,
      }));
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
