/**
 * What is related to the block that the caret rests in. A key or a step of the caret only sets a timer; the question is
 * asked once both rest, and not again while block and words are the same. Words reach the search some seconds after
 * they were written: what was written just now is asked for again.
 */
import { createStore, isShallowEqual, type Store } from "../../lib/collab/store.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import type { Related } from "./related-source.ts";

/** Where the caret rests, and the words there. */
export type Rest = { readonly blockId: BlockId; readonly text: string };

export type RelatedState = {
  /** "none": the caret is in no block with words. While asking, the answer for the block before stays. */
  readonly phase: "none" | "asking" | "shown" | "failed" | "offline";
  /** The block that the answer is for. */
  readonly beside: Rest | null;
  readonly related: readonly Related[];
};

export type RelatedDoors = {
  readonly readRest: () => Rest | null;
  readonly ask: (block: BlockId, signal: AbortSignal) => Promise<readonly Related[]>;
  readonly isOnline: () => boolean;
  /** In milliseconds. */
  readonly now: () => number;
};

export const REST_MS = 600;
/** What was written a moment ago is asked for again after these pauses. */
export const AGAIN_MS = [3_000, 8_000, 20_000];
/** For so long words count as written a moment ago. */
const FRESH_MS = 10_000;
const KEPT_MS = 60_000;
const MOST_KEPT = 30;

export class RelatedStore {
  readonly state: Store<RelatedState>;
  readonly #store;
  readonly #doors: RelatedDoors;
  readonly #kept = new Map<string, { readonly until: number; readonly related: readonly Related[] }>();
  #resting: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #waits = new AbortController();
  #asked: Rest | null = null;
  #editedAt = Number.NEGATIVE_INFINITY;

  constructor(doors: RelatedDoors) {
    this.#doors = doors;
    this.#store = createStore<RelatedState>({ phase: "none", beside: null, related: [] }, isShallowEqual);
    this.state = this.#store;
  }

  /** The caret or the words moved. */
  stir(isEdit: boolean): void {
    if (isEdit) this.#editedAt = this.#doors.now();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#look(), REST_MS);
  }

  /** The same question again: after a failure, and when the connection is back. */
  again(): void {
    this.#asked = null;
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#resting);
    clearTimeout(this.#again);
    this.#waits.abort();
    this.#asked = null;
  }

  #look(): void {
    const rest = this.#doors.readRest();
    if (rest === null || rest.text.trim() === "") {
      this.stop();
      this.#store.set({ phase: "none", beside: null, related: [] });
    } else if (this.#asked?.blockId !== rest.blockId || this.#asked.text !== rest.text) {
      this.#asked = rest;
      void this.#ask(rest, 0);
    }
  }

  async #ask(rest: Rest, tries: number): Promise<void> {
    clearTimeout(this.#again);
    this.#waits.abort();
    const waits = new AbortController();
    this.#waits = waits;
    if (!this.#doors.isOnline()) {
      this.#store.set({ phase: "offline", beside: rest, related: [] });
      return;
    }
    const isFresh = this.#doors.now() - this.#editedAt < FRESH_MS;
    const kept = isFresh || tries > 0 ? undefined : this.#findKept(rest);
    if (kept) {
      this.#store.set({ phase: "shown", beside: rest, related: kept });
      return;
    }
    if (tries === 0) this.#store.set({ ...this.#store.getSnapshot(), phase: "asking" });
    const related = await this.#doors.ask(rest.blockId, waits.signal).catch(() => null);
    if (waits.signal.aborted) return;
    if (related === null) {
      // an answer that is there already is better than none
      if (tries === 0) this.#store.set({ phase: "failed", beside: rest, related: [] });
      return;
    }
    this.#store.set({ phase: "shown", beside: rest, related });
    const pause = isFresh || tries > 0 ? AGAIN_MS[tries] : undefined;
    if (pause === undefined || (tries > 0 && related.length > 0)) this.#keep(rest, related);
    else this.#again = setTimeout(() => void this.#ask(rest, tries + 1), pause);
  }

  #findKept(rest: Rest): readonly Related[] | undefined {
    const kept = this.#kept.get(keyOf(rest));
    return kept && kept.until > this.#doors.now() ? kept.related : undefined;
  }

  #keep(rest: Rest, related: readonly Related[]): void {
    this.#kept.set(keyOf(rest), { until: this.#doors.now() + KEPT_MS, related });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}

const keyOf = ({ blockId, text }: Rest): string => `${blockId} ${text}`;
