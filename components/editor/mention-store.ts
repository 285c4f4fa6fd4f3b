import { mentionWords } from "../../lib/core/mention.ts";
import type { MentionDoor, MentionItem, MentionQuery } from "../../lib/editor/mention.ts";
import { type Listed, ListStore } from "./list-store.ts";

const isSame = (a: MentionQuery, b: MentionQuery): boolean =>
  a.from === b.from && a.text === b.text && a.isClosing === b.isClosing;

/** Which documents and people the list offers. */
export class MentionStore extends ListStore<MentionQuery, MentionItem> {
  readonly #door: MentionDoor;
  readonly #stop: () => void;
  #asked: MentionQuery | null = null;

  constructor(door: MentionDoor) {
    super();
    this.#door = door;
    this.#stop = door.subscribe(() => this.#asked && this.#find(this.#asked));
  }

  show(query: MentionQuery | null): void {
    if (this.#asked && query && isSame(this.#asked, query)) return;
    this.#asked = query;
    if (query) this.#find(query);
    else this.shown.set(null);
  }

  destroy(): void {
    this.#stop();
  }

  /** What was chosen stays so while it is there. With no name like it, several words behind an "@" are a sentence. */
  #find(query: MentionQuery): void {
    const items = this.#door.find(query);
    const before = this.shown.getSnapshot();
    const wasChosen = before?.query.text === query.text ? before.items[before.chosen]?.mention.id : undefined;
    const chosen = Math.max(
      0,
      items.findIndex(({ mention }) => mention.id === wasChosen),
    );
    const isSentence = query.sign === "@" && items.length === 0 && /\s/.test(query.text);
    this.shown.set(isSentence ? null : { query, items, chosen });
  }

  /** The second of two closing brackets takes the document of this very name. */
  protected override onOtherKey(
    event: KeyboardEvent,
    { query, items }: Listed<MentionQuery, MentionItem>,
  ): boolean {
    if (query.sign !== "[[" || !["]", "］", "】"].includes(event.key) || query.text.trim() === "")
      return false;
    const wanted = query.text.trim().toLowerCase();
    const item = items.find(({ mention, isNew }) => !isNew && mentionWords(mention).toLowerCase() === wanted);
    if (!item || !query.isClosing) return false;
    this.onPick(item);
    return true;
  }
}
