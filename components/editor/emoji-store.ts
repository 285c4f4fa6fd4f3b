import { createStore } from "../../lib/collab/store.ts";
import { type Emoji, type EmojiQuery, findEmoji } from "../../lib/editor/emoji.ts";
import { loadEmoji } from "./load-emoji.ts";
import { readRecentEmoji } from "./recent-emoji.ts";

export type EmojiShown = {
  readonly query: EmojiQuery;
  readonly items: readonly Emoji[];
  readonly chosen: number;
};

/** What the list of emoji shows, and its keys: the editor has the focus all the while. */
export class EmojiStore {
  readonly shown = createStore<EmojiShown | null>(null);
  onPick: (emoji: Emoji) => void = () => undefined;
  onClose: () => void = () => undefined;
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

  #choose(chosen: number): void {
    const shown = this.shown.getSnapshot();
    if (shown) this.shown.set({ ...shown, chosen: (chosen + shown.items.length) % shown.items.length });
  }

  /** A second colon takes the first one, too, if that is what it is called. */
  onKey(event: KeyboardEvent): boolean {
    const shown = this.shown.getSnapshot();
    if (!shown || event.isComposing) return false;
    const emoji = shown.items[shown.chosen];
    if (event.key === "Escape") this.onClose();
    else if (event.key === "ArrowDown") this.#choose(shown.chosen + 1);
    else if (event.key === "ArrowUp") this.#choose(shown.chosen - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && emoji) this.onPick(emoji);
    else if (event.key === ":" && emoji?.words.includes(shown.query.text.toLowerCase())) this.onPick(emoji);
    else return false;
    return true;
  }
}
