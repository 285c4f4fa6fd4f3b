/** What one channel's person may do in its room, as long as the person's token stays the same. */
import { type Access, type Identity, type ReadRights, sqlCode } from "./realtime-access.ts";

/** Why a join, or a new token, is refused: `Code: sentence`, in hosted Realtime's words. */
export class Refusal extends Error {
  /** The sentence without its code, for a channel that was open already. */
  get sentence(): string {
    return this.message.slice(this.message.indexOf(": ") + 2);
  }
}

export type Extension = "broadcast" | "presence";

export interface Rights {
  readonly identity: Identity;
  readonly read: ReadRights;
  /** Asked once per extension, at the first use; then remembered. */
  mayWrite(extension: Extension): boolean | Promise<boolean>;
}

export interface Door {
  readonly access: Access;
  readonly isPrivate: boolean;
  readonly topic: string;
  /** Presence counts for nothing while a channel has not asked for it. */
  readonly isPresenceEnabled: boolean;
  /** The person behind the connection's API key. */
  readonly keyIdentity: Identity;
  report(error: unknown): void;
}

const UNAVAILABLE = "UnableToConnectToProject: Realtime was unable to connect to the project database";
const EVERYTHING: ReadRights = { broadcast: true, presence: true };

/** Throws a Refusal when the token is not good or its person may not read the topic. */
export async function claimRights(door: Door, token: string | null): Promise<Rights> {
  const identity = await identify(door, token);
  const read = door.isPrivate ? await readRights(door, identity) : EVERYTHING;
  if (!read.broadcast && !(read.presence && door.isPresenceEnabled))
    throw new Refusal(unreadable(door.topic));
  const known = new Map<Extension, boolean>();
  return {
    identity,
    read,
    mayWrite(extension) {
      const answer = door.isPrivate ? known.get(extension) : true;
      if (answer !== undefined) return answer;
      return door.access.canWrite(identity, door.topic, extension).then(
        (mayWrite) => {
          known.set(extension, mayWrite);
          return mayWrite;
        },
        // Who could not be judged may not, and is judged again next time.
        (error) => {
          door.report(error);
          return false;
        },
      );
    },
  };
}

/** A policy that fails lets nobody in. */
async function readRights(door: Door, identity: Identity): Promise<ReadRights> {
  try {
    return await door.access.readRights(identity, door.topic);
  } catch (error) {
    door.report(error);
    throw new Refusal(sqlCode(error) ? unreadable(door.topic) : UNAVAILABLE, { cause: error });
  }
}

/** The rights of a new token for an open channel. Throws a Refusal when it takes a right to read away. */
export async function renewRights(door: Door, before: Rights, token: string): Promise<Rights> {
  const after = await claimRights(door, token);
  const lost =
    (before.read.broadcast && !after.read.broadcast) ||
    (door.isPresenceEnabled && before.read.presence && !after.read.presence);
  if (!lost) return after;
  throw new Refusal(
    `Unauthorized: You no longer have permission to read from this Channel topic: ${door.topic}`,
  );
}

export const unreadable = (topic: string) =>
  `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;

async function identify({ access, keyIdentity }: Door, token: string | null): Promise<Identity> {
  if (token === null) return keyIdentity;
  const verdict = await access.identify(token);
  if (!verdict.ok) throw new Refusal(`${verdict.code}: ${verdict.message}`);
  return verdict.identity;
}
