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

type Search = { readonly query: Query | null; readonly drawn: DecorationSet };

const FOUND = "ProseMirror-search-match";
const CHOSEN = "ProseMirror-active-search-match";

const key = new PluginKey<Search>("found-places");

export const findPlugin = (): Plugin<Search> =>
  new Plugin<Search>({
    key,
    state: {
      init: () => ({ query: null, drawn: DecorationSet.empty }),
      apply(tr, search, _before, state) {
        const told: Query | undefined = tr.getMeta(key);
        const query = told ?? search.query;
        const isOld = tr.docChanged || tr.selectionSet || told !== undefined;
        return isOld && query ? { query, drawn: draw(state, query) } : search;
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  });

export const queryOf = (state: EditorState): Query | null => key.getState(state)?.query ?? null;

export const setQuery = (tr: Transaction, query: Query): Transaction => tr.setMeta(key, query);

function draw(state: EditorState, query: Query): DecorationSet {
  if (!query.isValid) return DecorationSet.empty;
  const { from, to } = state.selection;
  const marks = query.findAll(state).map((hit) =>
    Decoration.inline(hit.from, hit.to, {
      class: hit.from === from && hit.to === to ? CHOSEN : FOUND,
    }),
  );
  return DecorationSet.create(state.doc, marks);
}
