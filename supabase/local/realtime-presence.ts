/**
 * Who is present in one room: `key → metas`, as Phoenix Presence tells it. A channel is present under at most
 * one key; several channels may share a key. Each change returns the diff that the room must hear.
 */

export type Meta = Record<string, unknown> & { phx_ref: string };
export type PresenceList = Record<string, { metas: Meta[] }>;
export interface PresenceDiff {
  readonly joins: PresenceList;
  readonly leaves: PresenceList;
}

export interface Presence<Member> {
  track(member: Member, key: string, payload: Record<string, unknown>): PresenceDiff;
  /** Null when the member was not present. */
  untrack(member: Member): PresenceDiff | null;
  list(): PresenceList;
}

let lastRef = 0;
const refPrefix = Math.random().toString(36).slice(2, 8);

function nextRef(): string {
  lastRef += 1;
  return `${refPrefix}${lastRef.toString(36)}`;
}

export function createPresence<Member>(): Presence<Member> {
  const present = new Map<Member, { key: string; meta: Meta }>();
  return {
    track(member, key, payload) {
      const previous = present.get(member);
      const meta: Meta = { ...payload, phx_ref: nextRef() };
      if (previous) meta.phx_ref_prev = previous.meta.phx_ref;
      present.set(member, { key, meta });
      return { joins: group([{ key, meta }]), leaves: group(previous ? [previous] : []) };
    },
    untrack(member) {
      const previous = present.get(member);
      if (!previous) return null;
      present.delete(member);
      return { joins: {}, leaves: group([previous]) };
    },
    list: () => group([...present.values()]),
  };
}

function group(entries: readonly { key: string; meta: Meta }[]): PresenceList {
  const byKey = new Map<string, { metas: Meta[] }>();
  for (const { key, meta } of entries) {
    const known = byKey.get(key);
    if (known) known.metas.push(meta);
    else byKey.set(key, { metas: [meta] });
  }
  // fromEntries and not assignment: a key may be "__proto__".
  return Object.fromEntries(byKey);
}
