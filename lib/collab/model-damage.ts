/** For tests: storage and wires that give back other bytes than they were given, at places left to chance. */
import type { Dice } from "../core/guard-fixtures.ts";
import type { LogRow, Pull, Snapshot, UpdateMessage } from "../core/protocol.ts";
import type { LogTransport } from "./transport.ts";

export type Damage = (bytes: Uint8Array, dice: Dice) => Uint8Array;

export const flip: Damage = (bytes, dice) => {
  const at = dice(bytes.length);
  return bytes.map((byte, index) => (index === at ? byte ^ (1 << dice(8)) : byte));
};

export const truncate: Damage = (bytes, dice) => bytes.slice(0, dice(bytes.length));

export const damage: Damage = (bytes, dice) => (dice(2) === 0 ? flip : truncate)(bytes, dice);

/** The bytes of one row (or snapshot) changed, those of two rows swapped, or a row missing from the middle. */
export function damagePull(pull: Pull, dice: Dice): Pull {
  const { snapshot, updates } = pull;
  const canHitSnapshot = snapshot !== null && snapshot.state.length > 0;
  if (canHitSnapshot && (updates.length === 0 || dice(2) === 0))
    return { ...pull, snapshot: damageSnapshot(snapshot, updates, dice) };
  if (updates.length === 0) return pull;
  const at = dice(updates.length);
  const row = updates[at] as LogRow;
  const other = updates.find(({ sha256 }) => sha256 !== row.sha256);
  const kind = dice(4);
  if (kind === 0 && at + 1 < updates.length) return { ...pull, updates: updates.toSpliced(at, 1) };
  if (kind === 1 && other !== undefined) return { ...pull, updates: swapBytes(updates, row, other) };
  return { ...pull, updates: updates.with(at, { ...row, data: damage(row.data, dice) }) };
}

function damageSnapshot(snapshot: Snapshot, updates: readonly LogRow[], dice: Dice): Snapshot {
  const [row] = updates;
  const state = row !== undefined && dice(3) === 0 ? row.data : damage(snapshot.state, dice);
  return { ...snapshot, state };
}

function swapBytes(updates: readonly LogRow[], one: LogRow, other: LogRow): LogRow[] {
  return updates.map((row) => {
    if (row === one) return { ...row, data: other.data };
    return row === other ? { ...row, data: one.data } : row;
  });
}

export function damageMessage(message: UpdateMessage, dice: Dice): UpdateMessage {
  const updates = message.updates?.map((row) => ({ ...row, data: damage(row.data, dice) }));
  return updates === undefined ? message : { ...message, updates };
}

/** A line whose answers pass through `change`. */
export function changedLine(line: LogTransport, change: (pull: Pull) => Pull): LogTransport {
  return {
    open: async (...call) => change(await line.open(...call)),
    pull: async (...call) => change(await line.pull(...call)),
    append: (...call) => line.append(...call),
    listPeople: (documentId) => line.listPeople(documentId),
  };
}
