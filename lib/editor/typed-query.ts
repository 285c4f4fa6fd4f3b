/**
 * What is typed behind a sign that asks for a list beside the caret: where it stands and what it says, until it is picked,
 * left or closed by hand. What the list offers and how it looks is the interface's; the keys go to whoever shows it.
 */
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";

/** Positions of the sign and of the caret behind what was typed after it. */
export type TypedQuery = { readonly from: number; readonly to: number; readonly text: string };
type QueryState<Query> = { readonly query: Query | null; readonly dismissed: number | null };

export type TypedQueries<Query> = {
  /** @param onKey the open list's keys; true: taken. */
  readonly plugin: (
    onKey: (event: KeyboardEvent) => boolean,
    onQuery: (query: Query | null) => void,
  ) => Plugin<QueryState<Query>>;
  readonly of: (state: EditorState) => Query | null;
  /** The list stays away until the sign is typed anew. */
  readonly close: (view: EditorView) => void;
};

/**
 * @param read what stands before the caret, if it is a query
 * @param opens whether typing it opens the list: moving the caret behind an old one does not
 */
export function typedQueries<Query extends TypedQuery>(
  name: string,
  read: (state: EditorState) => Query | null,
  opens: (query: Query) => boolean,
): TypedQueries<Query> {
  const key = new PluginKey<QueryState<Query>>(name);
  const closing = `close ${name}`;
  const of = (state: EditorState): Query | null => key.getState(state)?.query ?? null;
  return {
    of,
    close: (view) => view.dispatch(view.state.tr.setMeta(closing, true)),
    plugin: (onKey, onQuery) =>
      new Plugin<QueryState<Query>>({
        key,
        state: {
          init: () => ({ query: null, dismissed: null }),
          apply(transaction, value, _before, state) {
            const query = read(state);
            if (!query) return { query: null, dismissed: null };
            if (transaction.getMeta(closing) || value.dismissed === query.from)
              return { query: null, dismissed: query.from };
            const isOpen = value.query !== null || (transaction.docChanged && opens(query));
            return { query: isOpen ? query : null, dismissed: null };
          },
        },
        props: {
          handleKeyDown: (view, event) => of(view.state) !== null && onKey(event),
          handleDOMEvents: { blur: () => onQuery(null) },
        },
        view: () => ({ update: (view) => onQuery(of(view.state)) }),
      }),
  };
}

const SOURCES = ["code", "math"];

/** The text before a caret, where words are typed; null in code and formulas. An inline object is U+FFFC. */
export function wordsBefore({ selection, storedMarks }: EditorState, most: number): string | null {
  const { $from, empty } = selection;
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  if ((storedMarks ?? $from.marks()).some(({ type }) => SOURCES.includes(type.name))) return null;
  const start = Math.max(0, $from.parentOffset - most);
  return $from.parent.textBetween(start, $from.parentOffset, undefined, "\ufffc");
}
