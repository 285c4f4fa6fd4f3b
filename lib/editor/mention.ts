/**
 * Naming a document or a person while writing: "@" asks for both, "[[" for documents alone. Code and formulas are left
 * alone, and so are addresses: a letter before "@" makes it one.
 */
import type { EditorState } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type Mention, mentionValue, readMention } from "../core/mention.ts";
import { type TypedQuery, typedQueries, wordsBefore } from "./typed-query.ts";

/** `isClosing`: one closing bracket stands behind it. */
export type MentionQuery = TypedQuery & { readonly sign: "@" | "[["; readonly isClosing: boolean };

/** Who or what is meant, as a reader may know it now. */
export type Named = {
  readonly name: string;
  /** The page it leads to; null: none. */
  readonly href: string | null;
  /** Where it stands, in words; '' at the top. */
  readonly where: string;
};

/** What can be named. `isNew`: a document that is made when it is picked. */
export type MentionItem = { readonly mention: Mention; readonly where: string; readonly isNew: boolean };

/** What the page around the text knows. */
export type MentionDoor = {
  /** Null for what this reader may not see, or not any more. */
  readonly look: (mention: Mention) => Named | null;
  /** Calls when names or places may have changed; returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The best fitting first. */
  readonly find: (query: MentionQuery) => readonly MentionItem[];
  /** Goes there in this window. */
  readonly go: (href: string) => void;
  /** Makes the document that a new item names. Rejects when it was not made; then the person was told. */
  readonly make: (mention: Mention) => Promise<void>;
};

/** An address has letters before its "@"; words in scripts without spaces are none. */
const AT = /(?<![\w.%+-])([@＠]((?:[^\s@＠[\]\ufffc][^@＠[\]\ufffc\n]{0,47})?))$/u;
const BRACKETS = /((?:\[\[|［［|【【)([^[\]［］【】\ufffc\n]{0,60}))[\]］】]?$/u;
/** More than a whole match and the letter before it. */
const LONGEST = 70;

function readQuery(state: EditorState): MentionQuery | null {
  const words = wordsBefore(state, LONGEST);
  if (words === null) return null;
  const { pos } = state.selection.$from;
  const brackets = BRACKETS.exec(words);
  const match = brackets ?? AT.exec(words);
  if (!match) return null;
  const isClosing = /[\]］】]$/.test(match[0]);
  return {
    from: pos - match[0].length,
    to: pos,
    text: match[2] ?? "",
    sign: brackets ? "[[" : "@",
    isClosing,
  };
}

const queries = typedQueries<MentionQuery>("mention", readQuery, ({ text }) => text === "");
export const { plugin: mentionPlugin, of: mentionQuery, close: closeMention } = queries;

/** In place of what was typed. */
export function insertMention(view: EditorView, mention: Mention): void {
  const query = mentionQuery(view.state);
  if (!query) return;
  const { schema, tr, doc } = view.state;
  const marks = doc
    .resolve(query.from)
    .marks()
    .filter(({ type }) => type.name !== "link");
  const node = schema.node("embed", { value: mentionValue(mention) }, undefined, marks);
  view.dispatch(tr.replaceWith(query.from, query.to, node).scrollIntoView());
  view.focus();
}

/** Puts plain words where a document is named that does not exist after all. */
export function unmakeMention(view: EditorView, { id, label }: Mention): void {
  const { tr, doc, schema } = view.state;
  doc.descendants((node, pos) => {
    if (node.type.name !== "embed" || readMention(node.attrs.value)?.id !== id) return;
    const at = tr.mapping.map(pos);
    if (label === "") tr.delete(at, at + 1);
    else tr.replaceWith(at, at + 1, schema.text(label, node.marks));
  });
  if (tr.docChanged) view.dispatch(tr);
}
