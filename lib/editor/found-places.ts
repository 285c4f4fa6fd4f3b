/** What is sought in a document and where it stands, drawn. What reads the words (find-as-shown.ts) comes with the bar. */
import { type EditorState, Plugin, PluginKey, type Transaction } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

export type Place = { readonly from: number; readonly to: number };

export type Query = {
  /** False where nothing is sought. */
  readonly isValid: boolean;
  readonly equals: (other: Query) => boolean;
  /** Those between the two in order, the first `most` of them. */
  readonly findAll: (state: EditorState, from?: number, to?: number, most?: number) => Place[];
};

/** `shown`: where places are drawn; null: everywhere. */
type Search = { readonly query: Query | null; readonly shown: Place | null; readonly drawn: DecorationSet };
type Told = { readonly query?: Query; readonly shown?: Place | null };

const FOUND = "ProseMirror-search-match";
const CHOSEN = "ProseMirror-active-search-match";

const key = new PluginKey<Search>("found-places");

export const findPlugin = (): Plugin<Search> =>
  new Plugin<Search>({
    key,
    state: {
      init: () => ({ query: null, shown: null, drawn: DecorationSet.empty }),
      apply(tr, search, _before, state) {
        const told: Told | undefined = tr.getMeta(key);
        const { query, shown: where } = { ...search, ...told };
        if (!query || (!told && !tr.docChanged && !tr.selectionSet)) return search;
        const shown = where && { from: tr.mapping.map(where.from, -1), to: tr.mapping.map(where.to) };
        return { query, shown, drawn: draw(state, query, shown) };
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  });

export const queryOf = (state: EditorState): Query | null => key.getState(state)?.query ?? null;

/** The places of `shown` alone are drawn, and the one that is selected, wherever it is. */
export const setQuery = (tr: Transaction, query: Query, shown: Place | null): Transaction =>
  tr.setMeta(key, { query, shown } satisfies Told);

export const setShown = (tr: Transaction, shown: Place): Transaction =>
  tr.setMeta(key, { shown } satisfies Told);

export const shownOf = (state: EditorState): Place | null => key.getState(state)?.shown ?? null;

function draw(state: EditorState, query: Query, shown: Place | null): DecorationSet {
  if (!query.isValid) return DecorationSet.empty;
  const { from, to, empty } = state.selection;
  const marks = query
    .findAll(state, shown?.from, shown?.to)
    .filter((hit) => hit.from !== from || hit.to !== to)
    .map((hit) => Decoration.inline(hit.from, hit.to, { class: FOUND }));
  const [chosen] = empty ? [] : query.findAll(state, from, to, 1);
  if (chosen?.from === from && chosen.to === to) marks.push(Decoration.inline(from, to, { class: CHOSEN }));
  return DecorationSet.create(state.doc, marks);
}
