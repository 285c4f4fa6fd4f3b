/**
 * The guard: may this row of the log reach a document? One pure function over the bytes of a row and the clocks that
 * earlier accepted rows made, used by every reader of the log (client, projector, exporter), so that all reach the
 * same verdict. Yjs itself believes what it is told: it parks edits with unknown dependencies for ever, applies
 * deletions to clocks that do not exist yet, and lets anyone write under anyone's client id.
 *
 * A row passes when
 * - it decodes, is not over the caps, and holds structs of at most one client, the one of the row's session;
 * - these structs continue that client's accepted clock, in order, without gap, overlap or Skip;
 * - what they refer to (origins, parent) was made by accepted rows or earlier in the same row;
 * - what it deletes was made by accepted rows or by this row, in ascending ranges that do not overlap
 *   (overlapping ranges make Yjs walk the same structs again and again).
 *
 * `judgeUpdate` never throws and is O(size of the update). State is per document: clocks as a state vector. A state
 * may be seeded from a snapshot, because snapshots are made of accepted rows only.
 */
import * as Y from "yjs";
import { MAX_UPDATE_BYTES } from "./protocol.ts";

/** Yjs client id → first clock that is not accepted yet. */
export type GuardState = Map<number, number>;

export type GuardRow = { readonly yjsClientId: number; readonly data: Uint8Array };

export type Refusal =
  | "too_large"
  | "undecodable"
  | "several_clients"
  | "foreign_client"
  | "skip"
  | "empty_struct"
  | "clock_gap"
  | "clock_repeats"
  | "unknown_dependency"
  | "subdocument"
  | "nested_too_deep"
  | "too_many_structs"
  | "too_much_deleted"
  | "delete_unordered"
  | "delete_unknown";

/** `clock`: the session's clock after the row. `deletions`: whether it deletes anything. */
export type Verdict =
  | { readonly ok: true; readonly clock: number }
  | { readonly ok: false; readonly reason: Refusal };

export const GUARD_CAPS = {
  bytes: MAX_UPDATE_BYTES,
  structs: 100_000,
  deleteRanges: 100_000,
  /** Clocks that a row may spend on content that is already gone (GC and deleted items carry no bytes). */
  emptyClocks: 1_000_000,
  /** Depth of a JSON value inside an item. */
  depth: 64,
} as const;

type Decoded = ReturnType<typeof Y.decodeUpdate>;
type Struct = Decoded["structs"][number];
type Id = { readonly client: number; readonly clock: number };

export function createGuardState(stateVector?: Uint8Array): GuardState {
  return stateVector === undefined ? new Map() : Y.decodeStateVector(stateVector);
}

export function judgeUpdate(accepted: GuardState, row: GuardRow): Verdict {
  if (row.data.length > GUARD_CAPS.bytes) return refuse("too_large");
  // decodeUpdate joins sections of one client, applyUpdate keeps only the last: more than one section is a trick.
  if ((row.data[0] ?? 0) > 1) return refuse("several_clients");
  let decoded: Decoded;
  try {
    decoded = Y.decodeUpdate(row.data);
  } catch {
    return refuse("undecodable");
  }
  return (
    judgeStructs(accepted, row.yjsClientId, decoded.structs) ??
    judgeDeletions(accepted, row.yjsClientId, decoded)
  );
}

/** Judges and, when the row passes, moves the state on. */
export function admitUpdate(accepted: GuardState, row: GuardRow): Verdict {
  const verdict = judgeUpdate(accepted, row);
  if (verdict.ok && verdict.clock > 0) accepted.set(row.yjsClientId, verdict.clock);
  return verdict;
}

/** Takes over the clocks of a snapshot's state vector (or of another state), never backwards. */
export function raiseGuardState(accepted: GuardState, other: GuardState): void {
  for (const [client, clock] of other) if (clock > clockOf(accepted, client)) accepted.set(client, clock);
}

function refuse(reason: Refusal): Verdict & { ok: false } {
  return { ok: false, reason };
}

function clockOf(accepted: GuardState, client: number): number {
  return accepted.get(client) ?? 0;
}

function judgeStructs(accepted: GuardState, client: number, structs: readonly Struct[]): Verdict | null {
  if (structs.length > GUARD_CAPS.structs) return refuse("too_many_structs");
  let expected = clockOf(accepted, client);
  let emptyClocks = 0;
  for (const struct of structs) {
    const reason = reasonAgainst(accepted, client, expected, struct);
    if (reason !== null) return refuse(reason);
    if (!(struct instanceof Y.Item) || struct.content instanceof Y.ContentDeleted)
      emptyClocks += struct.length;
    if (emptyClocks > GUARD_CAPS.emptyClocks) return refuse("too_much_deleted");
    expected += struct.length;
  }
  return null;
}

function reasonAgainst(
  accepted: GuardState,
  client: number,
  expected: number,
  struct: Struct,
): Refusal | null {
  if (struct instanceof Y.Skip) return "skip";
  if (struct.id.client !== client) return "foreign_client";
  if (struct.length <= 0) return "empty_struct";
  if (struct.id.clock > expected) return "clock_gap";
  if (struct.id.clock < expected) return "clock_repeats";
  if (!(struct instanceof Y.Item)) return null;
  return reasonAgainstItem(accepted, struct);
}

function reasonAgainstItem(accepted: GuardState, item: Y.Item): Refusal | null {
  const parent = item.parent as unknown;
  const parentId = parent instanceof Y.ID ? parent : null;
  if (!isKnown(accepted, item, item.origin) || !isKnown(accepted, item, item.rightOrigin))
    return "unknown_dependency";
  if (!isKnown(accepted, item, parentId)) return "unknown_dependency";
  const content = item.content;
  if (content instanceof Y.ContentDoc) return "subdocument";
  return isTooDeep(content) ? "nested_too_deep" : null;
}

/** Own references must point backwards: the own clocks before this item are all accepted or earlier in the row. */
function isKnown(accepted: GuardState, item: Y.Item, id: Id | null): boolean {
  if (id === null) return true;
  return id.client === item.id.client ? id.clock < item.id.clock : id.clock < clockOf(accepted, id.client);
}

function isTooDeep(content: Y.Item["content"]): boolean {
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON)
    return content.arr.some((value) => isDeeper(value, GUARD_CAPS.depth));
  if (content instanceof Y.ContentEmbed) return isDeeper(content.embed, GUARD_CAPS.depth);
  if (content instanceof Y.ContentFormat) return isDeeper(content.value, GUARD_CAPS.depth);
  return false;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  if (depth === 0) return true;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === "object" && isDeeper(inner, depth - 1)) return true;
  }
  return false;
}

function judgeDeletions(accepted: GuardState, client: number, { structs, ds }: Decoded): Verdict {
  const last = structs.at(-1);
  const ownClock = last === undefined ? clockOf(accepted, client) : last.id.clock + last.length;
  let ranges = 0;
  for (const [target, items] of ds.clients) {
    const limit = target === client ? ownClock : clockOf(accepted, target);
    ranges += items.length;
    if (ranges > GUARD_CAPS.deleteRanges) return refuse("too_much_deleted");
    let reached = 0;
    for (const { clock, len } of items) {
      if (len <= 0 || clock < reached) return refuse("delete_unordered");
      reached = clock + len;
      if (reached > limit) return refuse("delete_unknown");
    }
  }
  return { ok: true, clock: ownClock };
}
