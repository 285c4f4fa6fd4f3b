/**
 * The headings of a document, for the panel beside it. Off the way of the keys: a change that touches no heading costs
 * a look at the blocks it names, and the rest waits until the writing pauses.
 */
import { createStore, type Store } from "../../../lib/collab/store.ts";
import type { BlockMap, BlockMapChange } from "../../../lib/core/block-map.ts";
import type { BlockId } from "../../../lib/core/ids.ts";
import { wordsOf } from "../../../lib/core/mention.ts";

export type Heading = { readonly id: BlockId; readonly level: 1 | 2 | 3; readonly text: string };

const PAUSE_MS = 300;
const LEVELS: Readonly<Record<string, Heading["level"]>> = { heading1: 1, heading2: 2, heading3: 3 };

export class Headings {
  readonly shown: Store<readonly Heading[]>;
  readonly #map: BlockMap;
  readonly #store;
  #known = new Set<BlockId>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  constructor(map: BlockMap) {
    this.#map = map;
    this.#store = createStore<readonly Heading[]>([], isSame);
    this.shown = this.#store;
    this.#read();
    this.#stop = map.onChange((change) => this.#onChange(change));
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  /** The heading that a block stands under, itself if it is one; null above the first. */
  sectionOf(id: BlockId): BlockId | null {
    const { indexOf } = this.#map.outline();
    const at = indexOf.get(id);
    if (at === undefined) return null;
    const headings = this.#store.getSnapshot();
    let low = 0;
    let high = headings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = indexOf.get((headings[middle] as Heading).id) ?? Number.POSITIVE_INFINITY;
      if (place <= at) low = middle + 1;
      else high = middle;
    }
    return headings[low - 1]?.id ?? null;
  }

  #onChange({ blocks, outline }: BlockMapChange): void {
    const touches = outline || [...blocks].some((id) => this.#known.has(id) || this.#levelOf(id));
    if (!touches) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), PAUSE_MS);
  }

  #levelOf(id: BlockId): Heading["level"] | undefined {
    return LEVELS[this.#map.type(id)];
  }

  #read(): void {
    const found: Heading[] = [];
    for (const { id, role } of this.#map.outline().items) {
      const level = role === undefined ? this.#levelOf(id) : undefined;
      if (level) found.push({ id, level, text: wordsOf(this.#map.runs(id)).trim() });
    }
    this.#known = new Set(found.map(({ id }) => id));
    this.#store.set(found);
  }
}

function isSame(a: readonly Heading[], b: readonly Heading[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ id, level, text }, index) => {
      const other = b[index];
      return other?.id === id && other.level === level && other.text === text;
    })
  );
}
