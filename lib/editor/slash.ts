/**
 * The slash menu's state: "/" at the start of a block or behind a space opens it, what follows filters it.
 * How it looks is the interface's; the keys go to whoever shows it.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import {
  type Command,
  type EditorState,
  Plugin,
  PluginKey,
  Selection,
  type Transaction,
} from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type AttachmentType, isAttachmentType } from "../core/attachment.ts";
import { EMBED } from "../core/embed.ts";
import { colorBlocks } from "./block-color.ts";
import { addColumn, makeColumns, removeColumns } from "./columns-commands.ts";
import { blockAt, blockByIndex, insertDivider, isAttachment, setBlock } from "./commands.ts";
import type { Late } from "./late-kit.ts";
import { startMath } from "./math-keys.ts";
import { COLOR, filterSlashItems, type SlashItem } from "./slash-items.ts";
import { insertTable } from "./table-commands.ts";
import { OWN_STEP } from "./undo-steps.ts";

/** Positions of the slash and of the caret behind what was typed after it. */
export type SlashQuery = { readonly from: number; readonly to: number; readonly text: string };
type SlashState = { readonly query: SlashQuery | null; readonly dismissed: number | null };

export const CLOSE_SLASH = "closeSlash";
const key = new PluginKey<SlashState>("slash");

const PATTERN = /(?:^|\s)\/([\p{L}\p{N} ]{0,24})$/u;

function readQuery(state: EditorState): SlashQuery | null {
  const { $from, empty } = state.selection;
  // blocks stand at the top; a cell and a caption hold words alone
  if (!empty || $from.depth !== 1 || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  if (isAttachment($from.parent)) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  const match = PATTERN.exec(before);
  if (!match) return null;
  const text = match[1] ?? "";
  return { from: $from.pos - text.length - 1, to: $from.pos, text };
}

/** @param onKey the open menu's keys; true: taken. */
export function slashPlugin(onKey: (event: KeyboardEvent) => boolean): Plugin<SlashState> {
  return new Plugin<SlashState>({
    key,
    state: {
      init: () => ({ query: null, dismissed: null }),
      apply(transaction, value, _before, state) {
        const query = readQuery(state);
        if (!query) return { query: null, dismissed: null };
        if (transaction.getMeta(CLOSE_SLASH) || value.dismissed === query.from)
          return { query: null, dismissed: query.from };
        const opens = value.query !== null || (transaction.docChanged && query.text === "");
        return { query: opens ? query : null, dismissed: null };
      },
    },
    props: { handleKeyDown: (view, event) => slashQuery(view.state) !== null && onKey(event) },
  });
}

export const slashQuery = (state: EditorState): SlashQuery | null => key.getState(state)?.query ?? null;

/** Types the slash that opens the menu, behind a blank where one is needed. */
export const typeSlash: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth !== 1 || !$from.parent.isTextblock || $from.parent.type.spec.code) return false;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  dispatch?.(state.tr.insertText(before === "" || /\s$/.test(before) ? "/" : " /").scrollIntoView());
  return true;
};

export function closeSlash(view: EditorView): void {
  view.dispatch(view.state.tr.setMeta(CLOSE_SLASH, true));
}

/** What stands for itself; the others turn the block into what they are, and an embed comes with its code. */
const INSERTS: Readonly<Record<string, Command>> = {
  divider: insertDivider,
  table: insertTable(),
  columns2: makeColumns(2),
  columns3: makeColumns(3),
  columns4: makeColumns(4),
  addColumn,
  noColumns: removeColumns,
  formula: startMath,
};

/** What is meant by the query, without what the place of the caret does not allow. */
export const offeredItems = (state: EditorState, { text }: SlashQuery): readonly SlashItem[] =>
  filterSlashItems(text).filter(({ type }) => INSERTS[type]?.(state) !== false);

/** What comes late of what the menu puts in. */
export type WithEmbeds = { readonly insertEmbed: Command };

type SlashDoors = {
  /** Opens the browser's list of files; it has the focus then. */
  readonly choose: (type: AttachmentType) => void;
  readonly late: Late<WithEmbeds>;
};

/** Takes the query away and makes its block the item's type. */
export function runSlashItem(view: EditorView, item: SlashItem, { choose, late }: SlashDoors): void {
  const query = slashQuery(view.state);
  if (!query) return;
  const { type } = item;
  const tr: Transaction = view.state.tr.delete(query.from, query.to);
  const insert = type === COLOR ? colorBlocks(item.props ?? {}) : INSERTS[type];
  if (isAttachmentType(type)) {
    view.dispatch(tr);
    choose(type);
  } else if (type === EMBED) {
    view.dispatch(tr);
    insertEmbedAt(view, late);
  } else if (insert) {
    view.dispatch(tr);
    insert(view.state, (made) => view.dispatch(made.setMeta(OWN_STEP, true)));
  } else {
    const made = setBlock(tr, blockAt(tr.doc, query.from).pos, type, item.props).scrollIntoView();
    view.dispatch(made.setMeta(OWN_STEP, true));
  }
  view.focus();
}

/**
 * At the block that the caret is in now, also when the command comes later. Whoever wrote on meanwhile goes on writing
 * there; else it is chosen.
 */
function insertEmbedAt(view: EditorView, late: Late<WithEmbeds>): void {
  const asked = blockAt(view.state.doc, view.state.selection.from).node;
  late.whenHere(({ insertEmbed }) => {
    if (view.isDestroyed || !view.editable) return;
    const { doc, selection, tr } = view.state;
    const here = blockAt(doc, selection.from).node;
    const index = here.attrs.id === asked.attrs.id ? -1 : doc.children.findIndex(isSame(asked));
    if (index >= 0) {
      const { pos, node } = blockByIndex(doc, index);
      view.dispatch(tr.setSelection(Selection.near(doc.resolve(pos + node.nodeSize - 1), -1)));
    }
    const isWriting = index >= 0 || !here.content.eq(asked.content);
    insertEmbed(view.state, (made) =>
      view.dispatch(isWriting ? made.setSelection(selection.map(made.doc, made.mapping)) : made),
    );
  });
}

const isSame =
  (one: ProseMirrorNode) =>
  ({ attrs }: ProseMirrorNode): boolean =>
    attrs.id === one.attrs.id;
