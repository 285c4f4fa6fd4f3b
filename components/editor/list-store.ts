import { createStore } from "../../lib/collab/store.ts";

/** What a list beside the caret shows: what was typed, what fits, and which of these is chosen. */
export type Listed<Query, Item> = {
  readonly query: Query;
  readonly items: readonly Item[];
  readonly chosen: number;
};

/** A list beside the caret, and its keys: the editor has the focus all the while. */
export class ListStore<Query, Item> {
  readonly shown = createStore<Listed<Query, Item> | null>(null);
  onPick: (item: Item) => void = () => undefined;
  onClose: () => void = () => undefined;

  choose(chosen: number): void {
    const shown = this.shown.getSnapshot();
    if (shown && shown.items.length > 0)
      this.shown.set({ ...shown, chosen: (chosen + shown.items.length) % shown.items.length });
  }

  onKey(event: KeyboardEvent): boolean {
    const shown = this.shown.getSnapshot();
    if (!shown || event.isComposing) return false;
    const item = shown.items[shown.chosen];
    if (event.key === "Escape") this.onClose();
    else if (event.key === "ArrowDown") this.choose(shown.chosen + 1);
    else if (event.key === "ArrowUp") this.choose(shown.chosen - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && item) this.onPick(item);
    else return this.onOtherKey(event, shown);
    return true;
  }

  /** Keys of one list alone. */
  protected onOtherKey(_event: KeyboardEvent, _shown: Listed<Query, Item>): boolean {
    return false;
  }
}
