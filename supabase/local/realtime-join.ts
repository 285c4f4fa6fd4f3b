/** The payload of `phx_join`. Anything absent or of a wrong type counts as its default, as on hosted Realtime. */
import { randomUUID } from "node:crypto";
import { isRecord } from "./realtime-protocol.ts";

export interface JoinConfig {
  /** Null: the connection's own key speaks. */
  readonly accessToken: string | null;
  readonly isPrivate: boolean;
  readonly hearsSelf: boolean;
  readonly wantsAck: boolean;
  /** Undefined: no replay. Otherwise as it came. */
  readonly replay: unknown;
  readonly wantsReplicationReady: boolean;
  readonly isPresenceEnabled: boolean;
  readonly presenceKey: string;
  /** What change events it asks for, as they came. */
  readonly postgresChanges: readonly Record<string, unknown>[];
  /** A join without a `config` names a table by its topic and hears changes by their kind, as clients before 2022. */
  readonly isLegacy: boolean;
  /** How long the reply may wait until change events flow; null: it does not wait. */
  readonly changesTimeoutMs: number | null;
}

const DEFAULT_CHANGES_TIMEOUT_MS = 15_000;

export function parseJoin(subTopic: string, payload: Record<string, unknown>): JoinConfig {
  const isLegacy = !Object.hasOwn(payload, "config");
  const config = toRecord(payload.config);
  const broadcast = toRecord(config.broadcast);
  const presence = toRecord(config.presence);
  return {
    accessToken: pickToken(payload),
    isPrivate: isTrue(config.private),
    hearsSelf: isTrue(broadcast.self),
    wantsAck: isTrue(broadcast.ack),
    replay: broadcast.replay,
    wantsReplicationReady: isTrue(broadcast.replication_ready),
    isPresenceEnabled: isTrue(presence.enabled),
    presenceKey: toKey(presence.key),
    postgresChanges: isLegacy ? [fromTopic(subTopic)] : toList(config.postgres_changes),
    isLegacy,
    changesTimeoutMs: toWaiting(toRecord(config.postgres_changes_options)),
  };
}

/** A new-style key is no token: with it the connection's key speaks. */
function pickToken({ access_token, user_token }: Record<string, unknown>): string | null {
  const first = access_token ?? user_token;
  if (typeof first === "string" && first.startsWith("sb_")) return null;
  if (typeof user_token === "string") return user_token;
  return typeof access_token === "string" ? access_token : null;
}

function toKey(key: unknown): string {
  const isKey =
    (typeof key === "string" && key !== "") || typeof key === "number" || typeof key === "boolean";
  return isKey ? String(key) : randomUUID();
}

function fromTopic(subTopic: string): Record<string, unknown> {
  const [schema = "", table, ...rest] = subTopic.split(":");
  if (table === undefined) return { schema };
  return rest.length === 0 ? { schema, table } : { schema, table, filter: rest.join(":") };
}

function toWaiting({ wait, timeout }: Record<string, unknown>): number | null {
  if (!isTrue(wait)) return null;
  const asked = typeof timeout === "number" && timeout > 0 ? timeout : DEFAULT_CHANGES_TIMEOUT_MS;
  return Math.min(asked, DEFAULT_CHANGES_TIMEOUT_MS);
}

const toList = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : []);
const toRecord = (value: unknown) => (isRecord(value) ? value : {});

/** Text counts too, as on hosted Realtime: `private: "true"` must not end up in the public room. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}
