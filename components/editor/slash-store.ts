import { createStore } from "../../lib/collab/store.ts";
import { filterSlashItems, type SlashItem, type SlashQuery } from "../../lib/editor/slash.ts";

export type SlashShown = {
  readonly query: SlashQuery;
  readonly items: readonly SlashItem[];
  readonly chosen: number;
};

/** What the slash menu shows, and its keys: the editor has the focus all the while. */
export class SlashStore {
  readonly shown = createStore<SlashShown | null>(null);
  onPick: (item: SlashItem) => void = () => undefined;
  onClose: () => void = () => undefined;

  show(query: SlashQuery | null): void {
    const before = this.shown.getSnapshot();
    const isSame = before?.query.from === query?.from && before?.query.text === query?.text;
    if (!query) this.shown.set(null);
    else if (!isSame) this.shown.set({ query, items: filterSlashItems(query.text), chosen: 0 });
  }

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
    else return false;
    return true;
  }
}
