/**
 * Connections to a native Postgres. Each is held by one caller at a time, so nothing that one leaves in its
 * session meets another by chance, and a connection that is lost in the middle of a transaction never comes
 * back as a fresh one inside it: that statement would run as the superuser. (postgres.js opens a lost
 * connection again by itself, and a reserved one that was lost makes the process fall over.)
 */
import postgres from "postgres";
import { DatabaseClosed, SEARCH_PATH } from "./database.ts";
import { OID, toByteaText, toJsonText, toJsonTime, toNumber, toTimeText } from "./database-values.ts";
import { storesValues } from "./lite-corrections.ts";

export interface Held {
  /** The rows, or those of each statement when there is more than one; several need `params` to be absent. */
  run(sql: string, params?: readonly unknown[]): Promise<postgres.RowList<postgres.Row[]>>;
  /** As `run`, but where values are stored, a text given for JSON is a text, not JSON already. */
  runForLite(sql: string, params?: readonly unknown[]): Promise<postgres.RowList<postgres.Row[]>>;
  release(): void;
}

interface Slot {
  readonly client: postgres.Sql;
  /** Of the statement that runs at the moment: whether a text given for JSON is to be stored as a text. */
  storesText: boolean;
  isLost: boolean;
  isInTransaction: boolean;
  idleSince: number;
}

const CONNECT_SECONDS = 10;
const IDLE_MS = 30_000;

/** What every connection of the stand-in to a native Postgres is opened with. */
export function clientOptions(
  storesText = () => false,
): postgres.Options<Record<string, postgres.PostgresType>> {
  const time = { to: OID.timestamptz, from: [OID.timestamp, OID.timestamptz], serialize: toTimeText };
  const json = { to: OID.jsonb, from: [OID.json, OID.jsonb] };
  const toJson = (value: unknown) => (storesText() ? JSON.stringify(value) : toJsonText(value));
  return {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: CONNECT_SECONDS,
    prepare: false,
    onnotice: () => undefined,
    connection: {
      application_name: "supabase stand-in",
      TimeZone: "UTC",
      search_path: SEARCH_PATH,
    },
    types: {
      boolean: {
        to: OID.bool,
        from: [OID.bool],
        serialize: (value: unknown) => String(value),
        parse: (text: string) => text === "t",
      },
      bigint: { to: 20, from: [20], serialize: String, parse: toInteger },
      numeric: { to: OID.numeric, from: [OID.numeric], serialize: String, parse: toNumber },
      date: { to: 1082, from: [1082], serialize: String, parse: asText },
      time: { ...time, parse: toJsonTime },
      bytea: { to: OID.bytea, from: [OID.bytea], serialize: toByteaText, parse: asText },
      json: { ...json, serialize: toJson, parse: (text: string) => JSON.parse(text) },
    },
  };
}

const asText = (text: string) => text;

function toInteger(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

export class Pool {
  readonly #url: string;
  readonly #size: number;
  readonly #idle: Slot[] = [];
  /** Whoever is first in line takes over the place of the one that leaves; `#held` stays as it is then. */
  readonly #waiting: (() => void)[] = [];
  readonly #sweep: NodeJS.Timeout;
  #held = 0;
  #drained: (() => void) | null = null;
  #isClosed = false;

  constructor(url: string, size: number) {
    this.#url = url;
    this.#size = size;
    this.#sweep = setInterval(() => {
      const oldest = performance.now() - IDLE_MS;
      for (const slot of this.#idle.filter(({ idleSince }) => idleSince < oldest)) this.#discard(slot);
    }, IDLE_MS);
    this.#sweep.unref();
  }

  async acquire(): Promise<Held> {
    if (this.#isClosed) throw new DatabaseClosed();
    if (this.#held < this.#size) this.#held += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return holdOf(this.#idle.pop() ?? this.#open(), (slot) => this.#release(slot));
  }

  /** Waits for those who hold one, then ends them all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    if (this.#held > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all(this.#idle.splice(0).map(({ client }) => client.end({ timeout: 1 })));
  }

  #open(): Slot {
    const onclose = () => {
      if (!slot.isLost) this.#discard(slot);
    };
    const slot: Slot = {
      client: postgres(this.#url, { ...clientOptions(() => slot.storesText), onclose }),
      storesText: false,
      isLost: false,
      isInTransaction: false,
      idleSince: 0,
    };
    return slot;
  }

  #release(slot: Slot): void {
    if (slot.isInTransaction) this.#discard(slot);
    if (!slot.isLost) {
      slot.idleSince = performance.now();
      this.#idle.push(slot);
    }
    const next = this.#waiting.shift();
    if (next) {
      next();
      return;
    }
    this.#held -= 1;
    if (this.#held === 0) this.#drained?.();
  }

  #discard(slot: Slot): void {
    slot.isLost = true;
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    // It may be lost already; there is nothing to wait for then.
    slot.client.end({ timeout: 1 }).catch(() => undefined);
  }
}

const BEGINS = /^\s*(begin|start transaction)\b/i;
const ENDS = /^\s*(commit|end|abort|rollback(?!\s+to))\b/i;

function holdOf(slot: Slot, giveBack: (slot: Slot) => void): Held {
  let isHeld = true;
  const run = async (sql: string, params: readonly unknown[] | undefined, storesText: boolean) => {
    if (slot.isLost) throw lost();
    slot.storesText = storesText;
    if (BEGINS.test(sql)) slot.isInTransaction = true;
    const { client } = slot;
    // Type 0: the server says what each value must be, as PGlite lets it; postgres.js would guess.
    const values = params?.map((value) => client.typed(value ?? null, 0));
    const rows = await client.unsafe(sql, values as never);
    if (ENDS.test(sql)) slot.isInTransaction = false;
    return rows;
  };
  return {
    run: (sql, params) => run(sql, params, false),
    runForLite: (sql, params) => run(sql, params, storesValues(sql)),
    release() {
      if (!isHeld) return;
      isHeld = false;
      giveBack(slot);
    },
  };
}

const lost = () =>
  Object.assign(new Error("The connection to Postgres was lost."), { code: "CONNECTION_CLOSED" });
