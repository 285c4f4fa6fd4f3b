/**
 * What the database said, and over it what this person just did and the database has not told back yet.
 * A change is laid over the rows until its effect is seen in them, or it failed, or it waited too long: so an older
 * row that arrives meanwhile never makes the tree jump back and forth.
 */
import type { DocumentRow, DocumentRows } from "./tree-model.ts";

export type Change = {
  key: number;
  /** The rows as they shall be; null takes one away. */
  rows: ReadonlyMap<string, DocumentRow | null>;
  /** The database took it; it goes as soon as the rows show it. */
  accepted: boolean;
  /** The rows it was laid over: an equal reference means that nothing came since. */
  over: DocumentRows;
};

export type TreeState = {
  base: DocumentRows;
  changes: readonly Change[];
  /** Titles as open pages have them: newer than what the rows say, which are made from them. */
  names: ReadonlyMap<string, string>;
};

export function seen(state: TreeState): DocumentRows {
  const rows = changed(state);
  const newer = [...state.names].filter(([id, title]) => (rows.get(id)?.title ?? title) !== title);
  if (newer.length === 0) return rows;
  const named = new Map(rows);
  for (const [id, title] of newer) {
    const row = rows.get(id);
    if (row) named.set(id, { ...row, title });
  }
  return named;
}

function changed(state: TreeState): DocumentRows {
  if (state.changes.length === 0) return state.base;
  const rows = new Map(state.base);
  for (const change of state.changes) {
    for (const [id, row] of change.rows) {
      if (row) rows.set(id, row);
      else rows.delete(id);
    }
  }
  return rows;
}

export function begin(
  state: TreeState,
  key: number,
  rows: ReadonlyMap<string, DocumentRow | null>,
): TreeState {
  return { ...state, changes: [...state.changes, { key, rows, accepted: false, over: state.base }] };
}

export function accept(state: TreeState, key: number): TreeState {
  const changes = state.changes.map((change) =>
    change.key === key ? { ...change, accepted: true } : change,
  );
  return settle({ ...state, changes });
}

export function drop(state: TreeState, key: number): TreeState {
  return { ...state, changes: state.changes.filter((change) => change.key !== key) };
}

/** An open page says what its document is called; null: it has nothing more to say. */
export function name(state: TreeState, id: string, title: string | null): TreeState {
  if ((state.names.get(id) ?? null) === title) return state;
  const names = new Map(state.names);
  if (title === null) names.delete(id);
  else names.set(id, title);
  return { ...state, names };
}

export function put(state: TreeState, row: DocumentRow): TreeState {
  return settle({ ...state, base: new Map(state.base).set(row.id, row) });
}

export function remove(state: TreeState, id: string): TreeState {
  if (!state.base.has(id)) return settle(state);
  const base = new Map(state.base);
  base.delete(id);
  return settle({ ...state, base });
}

export function replace(state: TreeState, rows: readonly DocumentRow[]): TreeState {
  return settle({ ...state, base: new Map(rows.map((row) => [row.id, row])) });
}

function settle(state: TreeState): TreeState {
  const changes = state.changes.filter((change) => !(change.accepted && isShown(change, state.base)));
  return changes.length === state.changes.length ? state : { ...state, changes };
}

/** A title must be the one that was asked for; a place may differ, but must have been told anew. */
function isShown(change: Change, base: DocumentRows): boolean {
  for (const [id, row] of change.rows) {
    const now = base.get(id);
    if (row === null ? now !== undefined : now === undefined) return false;
    const before = change.over.get(id);
    if (row && now && before) {
      if (row.title !== before.title && now.title !== row.title) return false;
      if (now === before) return false;
    }
  }
  return true;
}
