import { Plugin } from "@tiptap/pm/state";
import { createStore, isShallowEqual, type Store } from "../../lib/collab/store.ts";
import { cellPlaceOf } from "../../lib/editor/cell-place.ts";

/** Where the table begins in which the caret is; null: in none. */
export type TableHere = { readonly pos: number; readonly size: number };

export class TableStore {
  readonly here: Store<TableHere | null>;
  readonly plugin: Plugin;

  constructor() {
    const here = createStore<TableHere | null>(
      null,
      (a, b) => a === b || (!!a && !!b && isShallowEqual(a, b)),
    );
    this.here = here;
    this.plugin = new Plugin({
      view: () => ({
        update(view) {
          const place = cellPlaceOf(view.state);
          here.set(place && { pos: place.pos, size: place.table.nodeSize });
        },
      }),
    });
  }
}
