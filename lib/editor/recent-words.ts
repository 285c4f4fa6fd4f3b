/**
 * In which blocks this person has just written. Words count as recent until a minute after they were stored: whoever
 * comes back from a train wrote in these blocks a moment ago, as far as the others can tell.
 */
import type { BlockId } from "../core/ids.ts";

const RECENT_MS = 60_000;

export class RecentWords {
  /** Block → when its words were stored; null while they are not. */
  #blocks = new Map<BlockId, number | null>();

  wrote(id: BlockId): void {
    this.#blocks.set(id, null);
  }

  /** Nothing is unsent any more. */
  stored(now: number): void {
    for (const [id, at] of this.#blocks) {
      if (at === null) this.#blocks.set(id, now);
      else if (now - at > RECENT_MS) this.#blocks.delete(id);
    }
  }

  list(now: number): BlockId[] {
    return [...this.#blocks].flatMap(([id, at]) => (at === null || now - at <= RECENT_MS ? [id] : []));
  }
}
