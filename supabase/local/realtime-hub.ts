/**
 * The rooms. A private and a public room of the same topic are two rooms: nothing said in one is heard in the
 * other. A room exists while a channel is in it.
 */
import type { Access } from "./realtime-access.ts";
import type { ChangeFeed } from "./realtime-changes.ts";
import type { Channel } from "./realtime-channel.ts";
import type { Faults } from "./realtime-faults.ts";
import type { Allowance, Limits } from "./realtime-limits.ts";
import { createPresence, type Presence, type PresenceDiff } from "./realtime-presence.ts";
import { type Frame, messageFrame } from "./realtime-protocol.ts";

export interface Room {
  readonly key: string;
  readonly topic: string;
  readonly members: Set<Channel>;
  readonly presence: Presence<Channel>;
}

export interface Hub {
  readonly access: Access;
  readonly changes: ChangeFeed;
  readonly limits: Limits;
  readonly events: Allowance;
  report(error: unknown): void;
  enter(isPrivate: boolean, topic: string, channel: Channel): Room;
  leave(room: Room, channel: Channel): void;
  findRoom(isPrivate: boolean, topic: string): Room | null;
  broadcast(room: Room, frame: Frame, except: Channel | null): void;
  track(room: Room, channel: Channel, key: string, payload: Record<string, unknown>): void;
  untrack(room: Room, channel: Channel): void;
  channels(): Iterable<Channel>;
}

type Parts = Pick<Hub, "access" | "changes" | "limits" | "events" | "report">;

export function createHub(parts: Parts, faults: Faults | null): Hub {
  const rooms = new Map<string, Room>();
  const keyOf = (isPrivate: boolean, topic: string) => `${isPrivate ? "private" : "public"}:${topic}`;

  const deliver = (room: Room, channel: Channel, frame: Frame) => {
    if (faults) faults.route(room.topic, () => channel.send(frame));
    else channel.send(frame);
  };
  const tellDiff = (room: Room, payload: PresenceDiff | null) => {
    if (!payload) return;
    const frame = messageFrame({ topic: `realtime:${room.topic}`, event: "presence_diff", payload });
    for (const member of room.members) if (member.hearsPresence) deliver(room, member, frame);
  };

  return {
    ...parts,
    enter(isPrivate, topic, channel) {
      const key = keyOf(isPrivate, topic);
      const room = rooms.get(key) ?? { key, topic, members: new Set(), presence: createPresence() };
      rooms.set(key, room);
      room.members.add(channel);
      return room;
    },
    leave(room, channel) {
      room.members.delete(channel);
      tellDiff(room, room.presence.untrack(channel));
      if (room.members.size === 0) rooms.delete(room.key);
    },
    findRoom: (isPrivate, topic) => rooms.get(keyOf(isPrivate, topic)) ?? null,
    broadcast(room, frame, except) {
      for (const member of room.members) {
        if (member !== except && member.hearsBroadcast) deliver(room, member, frame);
      }
    },
    track: (room, channel, key, payload) => tellDiff(room, room.presence.track(channel, key, payload)),
    untrack: (room, channel) => tellDiff(room, room.presence.untrack(channel)),
    *channels() {
      for (const room of rooms.values()) yield* room.members;
    },
  };
}
