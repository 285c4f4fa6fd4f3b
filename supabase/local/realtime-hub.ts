/**
 * The rooms. A private and a public room of the same topic are two rooms: nothing said in one is heard in the
 * other. A room exists while a channel is in it.
 */
import type { Access, Identity } from "./realtime-access.ts";
import type { ChangeFeed } from "./realtime-changes.ts";
import type { Faults } from "./realtime-faults.ts";
import { type Frame, messageFrame } from "./realtime-frame.ts";
import type { Limits, Rate } from "./realtime-limits.ts";
import { createPresence, type Presence, type PresenceDiff } from "./realtime-presence.ts";
import type { Replay } from "./realtime-replay.ts";

/** A channel, as its room sees it. */
export interface Member {
  readonly identity: Identity;
  readonly subTopic: string;
  readonly hearsBroadcast: boolean;
  readonly hearsPresence: boolean;
  /** The stored broadcasts it was told when it joined. */
  readonly replayed: ReadonlySet<string> | null;
  send(frame: Frame): void;
  shutDown(message: string): void;
  expire(): void;
  closeWithFrame(): void;
}

export interface Room {
  readonly key: string;
  readonly topic: string;
  readonly members: Set<Member>;
  readonly presence: Presence<Member>;
}

export interface Hub {
  readonly access: Access;
  readonly changes: ChangeFeed;
  readonly replay: Replay;
  readonly limits: Limits;
  /** Messages sent and delivered; the others count what their names say, all for the whole project. */
  readonly events: Rate;
  readonly changeEvents: Rate;
  readonly joins: Rate;
  readonly presenceEvents: Rate;
  report(error: unknown): void;
  enter(isPrivate: boolean, topic: string, member: Member): Room;
  leave(room: Room, member: Member): void;
  findRoom(isPrivate: boolean, topic: string): Room | null;
  broadcast(room: Room, frame: Frame, except: Member | null): void;
  /** Sends to one member, as the faults of the tests have it. */
  deliver(member: Member, frame: Frame): void;
  track(room: Room, member: Member, key: string, payload: Record<string, unknown>): void;
  untrack(room: Room, member: Member): void;
  members(): Iterable<Member>;
}

type Parts = Pick<
  Hub,
  | "access"
  | "changes"
  | "replay"
  | "limits"
  | "events"
  | "changeEvents"
  | "joins"
  | "presenceEvents"
  | "report"
>;

export function createHub(parts: Parts, faults: Faults | null): Hub {
  const rooms = new Map<string, Room>();
  const keyOf = (isPrivate: boolean, topic: string) => `${isPrivate ? "private" : "public"}:${topic}`;

  const deliver = (member: Member, frame: Frame) => {
    if (faults?.isActive) faults.route("out", member, member.subTopic, () => member.send(frame));
    else member.send(frame);
  };
  const tellDiff = (room: Room, payload: PresenceDiff | null) => {
    if (!payload) return;
    const frame = messageFrame({ topic: `realtime:${room.topic}`, event: "presence_diff", payload });
    for (const member of room.members) {
      if (!member.hearsPresence) continue;
      parts.presenceEvents.add();
      deliver(member, frame);
    }
  };

  return {
    ...parts,
    deliver,
    enter(isPrivate, topic, member) {
      const key = keyOf(isPrivate, topic);
      const room = rooms.get(key) ?? { key, topic, members: new Set(), presence: createPresence() };
      rooms.set(key, room);
      room.members.add(member);
      return room;
    },
    leave(room, member) {
      room.members.delete(member);
      tellDiff(room, room.presence.untrack(member));
      if (room.members.size === 0) rooms.delete(room.key);
    },
    findRoom: (isPrivate, topic) => rooms.get(keyOf(isPrivate, topic)) ?? null,
    broadcast(room, frame, except) {
      const { messageId } = frame;
      const isTooMuch = parts.events.isReached;
      for (const member of room.members) {
        if (member === except || !member.hearsBroadcast) continue;
        if (messageId !== undefined && member.replayed?.has(messageId)) continue;
        parts.events.add();
        deliver(member, frame);
        // Whoever hears it is cut off, not who says it: so does hosted Realtime.
        if (isTooMuch) member.shutDown("Too many messages per second");
      }
    },
    track: (room, member, key, payload) => tellDiff(room, room.presence.track(member, key, payload)),
    untrack: (room, member) => tellDiff(room, room.presence.untrack(member)),
    *members() {
      for (const room of rooms.values()) yield* room.members;
    },
  };
}
