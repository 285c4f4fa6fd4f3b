/**
 * The people in a document: signed frames say which sessions are here, the server's list says who they are. A session
 * that the server does not know is not shown, whatever it sends.
 */
import type { Cursor, Person } from "../core/protocol.ts";
import type { PeerState } from "./awareness.ts";

export type PersonHere = {
  readonly sessionId: string;
  readonly userId: string | null;
  readonly name: string;
  /** 1 to 12. */
  readonly color: number;
  /** This very tab. */
  readonly isSelf: boolean;
  readonly cursor: Cursor | null;
  readonly blockId: string | null;
  readonly typing: boolean;
};

export type PeopleFacts = {
  readonly selfSessionId: string;
  /** Sessions whose own frames say that they are here. */
  readonly peers: ReadonlyMap<string, PeerState>;
  readonly directory: ReadonlyMap<string, Person>;
};

/** Self first, then by name. Presence alone shows nobody: anybody can claim it for anybody. */
export function listPeople(facts: PeopleFacts): PersonHere[] {
  const here: PersonHere[] = [];
  for (const sessionId of new Set([facts.selfSessionId, ...facts.peers.keys()])) {
    const person = facts.directory.get(sessionId);
    if (person === undefined) continue;
    const isSelf = sessionId === facts.selfSessionId;
    const { userId, name, color } = person;
    const { cursor = null, blockId = null, typing = false } = facts.peers.get(sessionId) ?? {};
    here.push({ sessionId, userId, name, color, isSelf, cursor, blockId, typing });
  }
  return here.sort(
    (a, b) =>
      Number(b.isSelf) - Number(a.isSelf) || compare(a.name, b.name) || compare(a.sessionId, b.sessionId),
  );
}

/** One entry for each person, with all their tabs: what an avatar list shows. */
export function groupByUser(people: readonly PersonHere[]): PersonHere[][] {
  const groups = new Map<string, PersonHere[]>();
  for (const person of people) {
    const key = person.userId ?? person.sessionId;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [person]);
    else group.push(person);
  }
  return [...groups.values()];
}

/** Same people in the same state: then the list need not be drawn again. */
export function isSamePeople(a: readonly PersonHere[], b: readonly PersonHere[]): boolean {
  const isSame = (one: PersonHere, other: PersonHere | undefined) =>
    other !== undefined &&
    (Object.keys(one) as (keyof PersonHere)[]).every((key) => Object.is(one[key], other[key]));
  return a.length === b.length && a.every((person, index) => isSame(person, b[index]));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
