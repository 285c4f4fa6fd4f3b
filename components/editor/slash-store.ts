import { filterSlashItems, type SlashItem, type SlashQuery } from "../../lib/editor/slash.ts";
import { ListStore } from "./list-store.ts";

/** What the slash menu shows. */
export class SlashStore extends ListStore<SlashQuery, SlashItem> {
  show(query: SlashQuery | null): void {
    const before = this.shown.getSnapshot();
    const isSame = before?.query.from === query?.from && before?.query.text === query?.text;
    if (!query) this.shown.set(null);
    else if (!isSame) this.shown.set({ query, items: filterSlashItems(query.text), chosen: 0 });
  }
}
