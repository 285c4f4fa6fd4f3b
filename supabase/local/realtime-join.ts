/** The payload of `phx_join`. Anything absent or of a wrong type counts as its default. */
import { randomUUID } from "node:crypto";
import { isRecord } from "./realtime-protocol.ts";

export interface JoinConfig {
  readonly accessToken: string | null;
  readonly isPrivate: boolean;
  readonly hearsSelf: boolean;
  readonly wantsAck: boolean;
  readonly wantsReplay: boolean;
  readonly wantsReplicationReady: boolean;
  readonly isPresenceEnabled: boolean;
  readonly presenceKey: string;
  readonly postgresChanges: unknown;
  /** The reply waits until change events flow. */
  readonly waitsForChanges: boolean;
}

export function parseJoin(payload: Record<string, unknown>): JoinConfig {
  const config = toRecord(payload.config);
  const broadcast = toRecord(config.broadcast);
  const presence = toRecord(config.presence);
  const token = payload.access_token ?? payload.user_token;
  return {
    accessToken: typeof token === "string" && token !== "" ? token : null,
    isPrivate: isTrue(config.private),
    hearsSelf: isTrue(broadcast.self),
    wantsAck: isTrue(broadcast.ack),
    wantsReplay: isRecord(broadcast.replay),
    wantsReplicationReady: isTrue(broadcast.replication_ready),
    isPresenceEnabled: isTrue(presence.enabled),
    presenceKey: typeof presence.key === "string" && presence.key !== "" ? presence.key : randomUUID(),
    postgresChanges: config.postgres_changes,
    waitsForChanges: isTrue(toRecord(config.postgres_changes_options).wait),
  };
}

function toRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** Text counts too, as on hosted Realtime: `private: "true"` must not end up in the public room. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}
