import { type Emoji, type EmojiQuery, findEmoji } from "../../lib/editor/emoji.ts";
import { type Listed, ListStore } from "./list-store.ts";
import { loadEmoji } from "./load-emoji.ts";
import { readRecentEmoji } from "./recent-emoji.ts";

/** What the list of emoji shows. */
export class EmojiStore extends ListStore<EmojiQuery, Emoji> {
  #all: readonly Emoji[] = [];
  #asked: EmojiQuery | null = null;

  show(query: EmojiQuery | null): void {
    const isSame = this.#asked?.from === query?.from && this.#asked?.text === query?.text;
    if (isSame) return;
    this.#asked = query;
    if (query && this.#all.length === 0) void this.#load();
    this.#find();
  }

  async #load(): Promise<void> {
    this.#all = await loadEmoji();
    this.#find();
  }

  #find(): void {
    const query = this.#asked;
    const items = query ? findEmoji(this.#all, query.text, readRecentEmoji()) : [];
    this.shown.set(query && items.length > 0 ? { query, items, chosen: 0 } : null);
  }

  /** A second colon takes the first one, too, if that is what it is called. */
  protected override onOtherKey(
    event: KeyboardEvent,
    { query, items, chosen }: Listed<EmojiQuery, Emoji>,
  ): boolean {
    const emoji = items[chosen];
    if (event.key !== ":" || !emoji?.words.includes(query.text.toLowerCase())) return false;
    this.onPick(emoji);
    return true;
  }
}
