/** What is sought is sought in the words on the page: in the document a mention is one sign, here the name that is seen. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { EditorState } from "@tiptap/pm/state";
import { mentionWords, readMention } from "../core/mention.ts";
import type { Place, Query } from "./found-places.ts";
import type { MentionDoor } from "./mention.ts";

type Look = MentionDoor["look"];
/** A text block's words, as they are compared. `objects`: where in them one stands for its one character. */
type Shown = { readonly words: string; readonly objects: readonly ShownObject[] };
type ShownObject = { readonly start: number; readonly end: number };

export type Sought = {
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
};

/** Names are those of when it was made. */
export class ShownQuery implements Query {
  readonly sought: Sought;
  readonly isValid: boolean;
  readonly #look: Look;
  readonly #wanted: string;
  /** Read once a query: a long block has many places. */
  readonly #shown = new WeakMap<ProseMirrorNode, Shown>();

  constructor(sought: Sought, look: Look) {
    this.sought = sought;
    this.isValid = sought.text !== "";
    this.#look = look;
    this.#wanted = sought.isCaseSensitive ? sought.text : folded(sought.text);
  }

  equals(other: Query): boolean {
    if (!(other instanceof ShownQuery)) return false;
    const { text, isCaseSensitive, isWholeWord } = other.sought;
    const own = this.sought;
    return own.text === text && own.isCaseSensitive === isCaseSensitive && own.isWholeWord === isWholeWord;
  }

  findAll({ doc }: EditorState, from = 0, to = doc.content.size, most = Number.POSITIVE_INFINITY): Place[] {
    const hits: Place[] = [];
    if (!this.isValid) return hits;
    doc.nodesBetween(Math.min(from, to), to, (node, pos) => {
      if (hits.length >= most) return false;
      if (!node.inlineContent) return true;
      let hit = this.#firstIn(node, pos + 1, from, to);
      for (; hit && hits.length < most; hit = this.#firstIn(node, pos + 1, hit.to, to)) hits.push(hit);
      return false;
    });
    return hits;
  }

  #firstIn(node: ProseMirrorNode, start: number, from: number, to: number): Place | null {
    const shown = this.#shown.get(node) ?? this.#read(node);
    const { words } = shown;
    const first = indexOf(shown, Math.max(from - start, 0));
    for (let at = words.indexOf(this.#wanted, first); at >= 0; at = words.indexOf(this.#wanted, at + 1)) {
      const end = at + this.#wanted.length;
      const hit = { from: start + placeOf(shown, at, false), to: start + placeOf(shown, end, true) };
      if (hit.to > to) return null;
      if (hit.from >= from && (!this.sought.isWholeWord || isWhole(words, at, end))) return hit;
    }
    return null;
  }

  #read(node: ProseMirrorNode): Shown {
    let words = "";
    const objects: ShownObject[] = [];
    node.forEach((child) => {
      const start = words.length;
      words += child.isText ? child.text : nameOf(child, this.#look);
      if (!child.isText) objects.push({ start, end: words.length });
    });
    const shown = { words: this.sought.isCaseSensitive ? words : folded(words), objects };
    this.#shown.set(node, shown);
    return shown;
  }
}

function nameOf(object: ProseMirrorNode, look: Look): string {
  const mention = readMention(object.attrs.value);
  return mention ? mentionWords(mention, look(mention)?.name) : "\ufffc";
}

/** The place in the block of a place in its words; inside an object it is the object's edge. */
function placeOf({ objects }: Shown, at: number, isEnd: boolean): number {
  let place = at;
  for (const { start, end } of objects) {
    if (at >= end) place -= end - start - 1;
    else if (at > start) place -= at - start - (isEnd ? 1 : 0);
  }
  return place;
}

/** The place in the words of a place in the block. */
function indexOf({ objects }: Shown, place: number): number {
  let at = place;
  for (const { start, end } of objects) if (at > start) at += end - start - 1;
  return at;
}

/** In small letters, each where it was: "İ" has two of them, and stays. */
function folded(words: string): string {
  const small = words.toLowerCase();
  if (small.length === words.length) return small;
  return Array.from(words, (sign) =>
    sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign,
  ).join("");
}

const isWhole = (words: string, start: number, end: number): boolean =>
  !joins(words, start) && !joins(words, end);

/** A letter or digit, of one or two units, on both sides. */
const joins = (words: string, at: number): boolean =>
  /[\p{L}\p{M}\p{N}]$/u.test(words.slice(Math.max(at - 2, 0), at)) &&
  /^[\p{L}\p{M}\p{N}]/u.test(words.slice(at, at + 2));
