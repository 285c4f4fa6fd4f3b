/**
 * Stored broadcasts of a private topic, told again to whoever joins with `broadcast.replay`: the newest 25 at
 * most since a time, oldest first, marked `replayed`. Throws a Refusal for what hosted Realtime refuses.
 */
import type { Database } from "./database.ts";
import { type Frame, rawBroadcastFrame, textBroadcastFrame } from "./realtime-frame.ts";
import { isRecord } from "./realtime-protocol.ts";
import { Refusal } from "./realtime-rights.ts";

export interface Replayed {
  readonly ids: ReadonlySet<string>;
  readonly frames: readonly Frame[];
}

export interface ReplayRequest {
  /** As it came: `{since?: ms since 1970, limit?}`. */
  readonly wanted: unknown;
  readonly isPrivate: boolean;
  readonly subTopic: string;
  readonly joinRef: string | null;
}

export type Replay = (request: ReplayRequest) => Promise<Replayed>;

interface Row {
  readonly id: string;
  readonly event: string | null;
  readonly payload: string | null;
  readonly bytes: string | null;
}

const DEFAULT_LIMIT = 10;
const MOST = 25;
/** The end of the year 9999, where hosted Realtime's calendar ends. */
const LAST_MS = 253_402_300_799_999;

export function createReplay(database: Database): Replay {
  return async ({ wanted, isPrivate, subTopic, joinRef }) => {
    if (!isPrivate) throw new Refusal("UnableToReplayMessages: Replay is not allowed for public channels");
    // What is no object is passed over, as on hosted Realtime.
    if (!isRecord(wanted)) return { ids: new Set(), frames: [] };
    const since = wanted.since || 0;
    const limit = wanted.limit || DEFAULT_LIMIT;
    if (!isTime(since) || !Number.isInteger(limit)) {
      throw new Refusal("UnableToReplayMessages: Replay params are not valid");
    }
    const rows = await read(database, subTopic, since, Math.max(1, Math.min(Number(limit), MOST)));
    return {
      ids: new Set(rows.map(({ id }) => id)),
      frames: rows.map((row) => toFrame(row, `realtime:${subTopic}`, joinRef)),
    };
  };
}

const isTime = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(Number(value)) <= LAST_MS;

async function read(database: Database, topic: string, since: number, limit: number): Promise<Row[]> {
  try {
    const { rows } = await database.query<Row>(
      `select m.id::text as id, m.event, m.payload::text as payload, encode(m.binary_payload, 'base64') as bytes
       from realtime.messages m
       where m.topic = $1 and m.private and m.extension = 'broadcast'
         and m.inserted_at >= to_timestamp($2::float8 / 1000)::timestamp
         and m.inserted_at < now()::timestamp + interval '1 minute'
       order by m.inserted_at desc limit $3::int`,
      [topic, since, limit],
    );
    return rows.reverse();
  } catch (cause) {
    throw new Refusal("UnableToReplayMessages: Realtime was unable to replay messages", { cause });
  }
}

function toFrame({ id, event, payload, bytes }: Row, topic: string, joinRef: string | null): Frame {
  const meta = { id, replayed: true };
  if (bytes === null) return textBroadcastFrame({ joinRef, topic, event, payload: payload ?? "null", meta });
  const raw = { event: event ?? "", encoding: "binary", bytes: Buffer.from(bytes, "base64") } as const;
  return rawBroadcastFrame(topic, raw, meta);
}
