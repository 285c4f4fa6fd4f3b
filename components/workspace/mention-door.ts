/**
 * What a page knows of those that can be named in its text: the documents of the tree, which is all that this person may
 * read and follows every change, also while there is no connection; and the workspace's people.
 */
import { type Mention, mentionHref } from "../../lib/core/mention.ts";
import { fold, highlightRanges } from "../../lib/core/search-text.ts";
import type { MentionDoor, MentionItem, MentionQuery, Named } from "../../lib/editor/mention.ts";
import type { KnownDocument } from "../search/known-documents.ts";
import { branchesOf, type DocumentRows, titleOf } from "../sidebar/tree-model.ts";
import type { TreeStore } from "../sidebar/tree-store.ts";
import { knownDocuments } from "./known-documents.ts";
import type { PeopleNames } from "./people-names.ts";

export type MentionPlace = {
  readonly workspaceId: string;
  /** The open document: it is not offered, and new ones are made inside it. */
  readonly documentId: string;
  readonly tree: Pick<TreeStore, "rows" | "subscribe" | "create">;
  readonly people: PeopleNames;
  /** Ids of the documents that were open last, the last one first. */
  readonly recent: () => readonly string[];
  readonly go: (href: string) => void;
  /** Says that a document was not made. */
  readonly onNotMade: (title: string, error: unknown) => void;
};

const MOST_PEOPLE = 4;
const MOST = 8;

export function createMentionDoor(place: MentionPlace): MentionDoor {
  const { tree, people, workspaceId, documentId } = place;
  const documents = knownOnce(tree);
  const fresh = { title: "", id: "" };
  return {
    look(mention) {
      const names = people.names.getSnapshot();
      if (mention.kind === "person" && !names.has(mention.id)) people.look();
      return lookAmong(workspaceId, documents().byId, names)(mention);
    },
    subscribe(listener) {
      const stops = [tree.subscribe(listener), people.names.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    find(query) {
      people.look();
      const found = [
        ...(query.sign === "@" ? findPeople(people, query) : []),
        ...findDocuments(documents().all, query, place),
      ].slice(0, MOST);
      const title = query.text.trim();
      const isTaken = documents().all.some((one) => fold(titleOf(one)) === fold(title));
      if (query.sign === "@" || title === "" || isTaken) return found;
      if (fresh.title !== title) Object.assign(fresh, { title, id: crypto.randomUUID() });
      const mention: Mention = { kind: "document", id: fresh.id, workspace: workspaceId, label: title };
      return [...found, { mention, where: "", isNew: true }];
    },
    go: place.go,
    async make({ id, label }) {
      const children = branchesOf(tree.rows()).children.get(documentId);
      try {
        await tree.create({ parentId: documentId, afterId: children?.at(-1)?.id ?? null }, label, id);
      } catch (error) {
        place.onNotMade(label, error);
        throw error;
      }
    },
  };
}

/** Read anew when the tree is another one. */
function knownOnce(tree: MentionPlace["tree"]) {
  let rows: DocumentRows | null = null;
  let known = { all: [] as KnownDocument[], byId: new Map<string, KnownDocument>() };
  return () => {
    const now = tree.rows();
    if (rows !== now) {
      rows = now;
      const all = knownDocuments(now, branchesOf(now));
      known = { all, byId: new Map(all.map((one) => [one.id, one])) };
    }
    return known;
  };
}

const pathIn = ({ path }: KnownDocument): string => path.map(titleOf).join(" / ");

/** Documents of other workspaces are not known here. */
export const lookAmong =
  (workspaceId: string, documents: ReadonlyMap<string, KnownDocument>, people: ReadonlyMap<string, string>) =>
  (mention: Mention): Named | null => {
    if (mention.kind === "person") {
      const name = people.get(mention.id);
      return name === undefined ? null : { name, href: null, where: "" };
    }
    const known = mention.workspace === workspaceId ? documents.get(mention.id) : undefined;
    return known ? { name: titleOf(known), href: mentionHref(mention), where: pathIn(known) } : null;
  };

/** The best first; of equals the one that stands first. */
function best<Item>(items: readonly Item[], rankOf: (item: Item) => number | null, most: number): Item[] {
  const rated = items.flatMap((item) => {
    const rank = rankOf(item);
    return rank === null ? [] : [{ item, rank }];
  });
  return rated
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ item }) => item);
}

/** 0 is best; null: it does not fit. */
export function fitOf(name: string, typed: string): number | null {
  const [folded, wanted] = [fold(name), fold(typed.trim())];
  if (wanted === "") return 0;
  if (folded === wanted) return 0;
  if (folded.startsWith(wanted)) return 1;
  const at = folded.indexOf(wanted);
  if (at >= 0) return /[\p{L}\p{N}]/u.test(folded.charAt(at - 1)) ? 3 : 2;
  return highlightRanges(name, typed).length > 0 ? 4 : null;
}

function findPeople({ names }: PeopleNames, { text }: MentionQuery): MentionItem[] {
  const all = [...names.getSnapshot()].map(([id, name]) => ({ id, name }));
  const sorted = all.toSorted((a, b) => a.name.localeCompare(b.name));
  return best(sorted, ({ name }) => fitOf(name, text), MOST_PEOPLE).map(({ id, name }) => ({
    mention: { kind: "person", id, label: name },
    where: "",
    isNew: false,
  }));
}

/** While nothing is typed, those that were open last come first. */
function findDocuments(
  all: readonly KnownDocument[],
  { text }: MentionQuery,
  { documentId, workspaceId, recent }: MentionPlace,
): MentionItem[] {
  const lately = recent();
  const rankOf = (one: KnownDocument): number | null => {
    if (text.trim() !== "") return fitOf(titleOf(one), text);
    const at = lately.indexOf(one.id);
    return at < 0 ? lately.length : at;
  };
  const others = all.filter(({ id }) => id !== documentId);
  return best(others, rankOf, MOST).map((one) => ({
    mention: { kind: "document", id: one.id, workspace: workspaceId, label: titleOf(one) },
    where: pathIn(one),
    isNew: false,
  }));
}
