/**
 * The living tree of one workspace, without React: it holds the rows, follows the channel, asks again after every
 * (re)connection and every change of access, and lays what this person does over it at once.
 *
 *   following ── epoch event, refused, reconnected ──▶ list ──▶ following (same or new epoch)
 *                                                       └─ no access ──▶ onNoAccess, stopped
 *   While the channel is down it lists every 10 s, so that the tree moves on behind proxies without websockets.
 */
import { branchesOf, type DocumentRow, moved, type Place, subtreeOf } from "./tree-model.ts";
import type { TreeSource } from "./tree-source.ts";
import { accept, begin, drop, name, put, remove, replace, seen, type TreeState } from "./tree-state.ts";

const POLL_MS = 10_000;
/** A change whose effect nobody has told back in this time is no longer held over the rows. */
const HOLD_MS = 10_000;

export type TreeStore = ReturnType<typeof createTreeStore>;

type Wishes = {
  source: TreeSource;
  rows: readonly DocumentRow[];
  epoch: number;
  onNoAccess: () => void;
  onNewEpoch: () => void;
};

export function createTreeStore({
  source,
  rows: firstRows,
  epoch: firstEpoch,
  onNoAccess,
  onNewEpoch,
}: Wishes) {
  let state: TreeState = replace({ base: new Map(), changes: [], names: new Map() }, firstRows);
  let shown = seen(state);
  let epoch = firstEpoch;
  let unfollow: (() => void) | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let listing: Promise<void> | undefined;
  let again = false;
  let nextKey = 1;
  const leaving = new Map<string, ReturnType<typeof setTimeout>>();
  const listeners = new Set<() => void>();

  const set = (next: TreeState) => {
    if (next === state) return;
    state = next;
    shown = seen(state);
    for (const listener of listeners) listener();
  };

  const follow = () => {
    unfollow?.();
    unfollow = source.follow(epoch, {
      onRow: (row) => told(put(state, row)),
      onGone: (id) => told(remove(state, id)),
      onEpoch: refresh,
      onLive: (live) => {
        clearInterval(poll);
        poll = live ? undefined : setInterval(refresh, POLL_MS);
        refresh();
      },
    });
  };

  const told = (next: TreeState) => {
    // A list that was asked for before this event may be older than it.
    again = listing !== undefined;
    set(next);
  };

  const listOnce = async () => {
    const found = await source.list();
    if (!unfollow) return;
    if (!found) {
      stop();
      onNoAccess();
      return;
    }
    set(replace(state, found.rows));
    if (found.epoch !== epoch) {
      epoch = found.epoch;
      follow();
      onNewEpoch();
    }
  };

  /** Asks again. Calls while one is on the way make one more, not many. */
  function refresh(): void {
    if (listing) {
      again = true;
      return;
    }
    again = false;
    listing = listOnce()
      // The rows that are shown stay; the next connection or poll asks again.
      .catch(() => undefined)
      .finally(() => {
        listing = undefined;
        if (again && unfollow) refresh();
      });
  }

  function stop() {
    clearInterval(poll);
    const leave = unfollow;
    unfollow = undefined;
    leave?.();
  }

  /** Shows it now, asks the database, and takes it back when that refuses. */
  const change = async (changed: ReadonlyMap<string, DocumentRow | null>, ask: () => Promise<void>) => {
    const key = nextKey++;
    set(begin(state, key, changed));
    try {
      await ask();
    } catch (error) {
      set(drop(state, key));
      throw error;
    }
    set(accept(state, key));
    setTimeout(() => set(drop(state, key)), HOLD_MS);
    // Without the channel nobody tells the effect.
    if (poll !== undefined) refresh();
  };

  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rows: () => shown,
    start() {
      follow();
      return stop;
    },
    refresh,
    async create(place: Place, title: string, id: string = crypto.randomUUID()): Promise<string> {
      const blank = new Map([[id, { id, parentPath: "", sortOrder: "", title }]]);
      const rows = new Map([...shown, ...blank]);
      await change(moved(rows, branchesOf(rows), id, place), () => source.create(id, place, title));
      return id;
    },
    move(id: string, place: Place): Promise<void> {
      return change(moved(shown, branchesOf(shown), id, place), () => source.move(id, place));
    },
    rename(id: string, title: string): Promise<void> {
      const row = shown.get(id);
      if (!row || row.title === title) return Promise.resolve();
      // An open page says so again when the new title has come to it.
      set(name(state, id, null));
      return change(new Map([[id, { ...row, title }]]), () => source.rename(id, title));
    },
    /** What an open page knows its document to be called, about a second before the rows say so. */
    name(id: string, title: string): void {
      clearTimeout(leaving.get(id));
      leaving.delete(id);
      set(name(state, id, title));
    },
    /** The page is closed: what it said is held until the rows have followed. */
    unname(id: string): void {
      clearTimeout(leaving.get(id));
      const forget = () => {
        leaving.delete(id);
        set(name(state, id, null));
      };
      if (state.base.get(id)?.title === state.names.get(id)) forget();
      else leaving.set(id, setTimeout(forget, HOLD_MS));
    },
    trash(id: string): Promise<void> {
      const inside = subtreeOf(branchesOf(shown), id);
      return change(new Map(inside.map((one) => [one, null])), () => source.trash(id));
    },
    async restore(id: string): Promise<void> {
      await source.restore(id);
      refresh();
    },
  };
}
