import type { EditorState } from "@tiptap/pm/state";
import { offeredItems, type SlashQuery, slashQuery } from "../../lib/editor/slash.ts";
import type { SlashItem } from "../../lib/editor/slash-items.ts";
import { ListStore } from "./list-store.ts";

/** What the slash menu shows. */
export class SlashStore extends ListStore<SlashQuery, SlashItem> {
  /** @param state of the editor, null: nothing is typed in it. */
  show(state: EditorState | null): void {
    const query = state && slashQuery(state);
    const before = this.shown.getSnapshot();
    const isSame = before?.query.from === query?.from && before?.query.text === query?.text;
    if (!state || !query) this.shown.set(null);
    else if (!isSame) this.shown.set({ query, items: offeredItems(state, query), chosen: 0 });
  }
}
