/**
 * What a person searched for and opened last in a workspace, kept in this browser. One key holds all, so that it cannot
 * grow; the person's id keeps apart who shares a computer.
 */
import * as z from "zod/mini";
import { BROWSER_STORAGE, type KeyValue } from "../ui/browser-storage.ts";

const KEY = "recent-searches";
const MOST_SEARCHES = 8;
const MOST_DOCUMENTS = 9;
const MOST_PLACES = 30;
const MOST_LENGTH = 200;

/** Whose, and where. */
export type RecentPlace = { readonly userId: string; readonly workspaceId: string };

const Recent = z.object({ searches: z.array(z.string()), documents: z.array(z.string()) });
type Recent = z.infer<typeof Recent>;
/** [person and workspace, what was last], the place last touched first. */
const Kept = z.array(z.tuple([z.string(), Recent]));
type Kept = z.infer<typeof Kept>;

const nameOf = ({ userId, workspaceId }: RecentPlace): string => `${userId} ${workspaceId}`;

/** The last one first. */
export function readRecent(place: RecentPlace, storage: KeyValue = BROWSER_STORAGE): Recent {
  const [, recent] = readAll(storage).find(([name]) => name === nameOf(place)) ?? [];
  return recent ?? { searches: [], documents: [] };
}

export function keepSearch(place: RecentPlace, query: string, storage: KeyValue = BROWSER_STORAGE): void {
  const words = query.trim().slice(0, MOST_LENGTH);
  if (words === "") return;
  change(place, storage, ({ searches, documents }) => ({
    searches: [words, ...searches.filter((one) => !isSame(one, words))].slice(0, MOST_SEARCHES),
    documents,
  }));
}

export function forgetSearch(place: RecentPlace, query: string, storage: KeyValue = BROWSER_STORAGE): void {
  change(place, storage, ({ searches, documents }) => ({
    searches: searches.filter((one) => one !== query),
    documents,
  }));
}

export function keepVisit(place: RecentPlace, documentId: string, storage: KeyValue = BROWSER_STORAGE): void {
  change(place, storage, ({ searches, documents }) => ({
    searches,
    documents: [documentId, ...documents.filter((one) => one !== documentId)].slice(0, MOST_DOCUMENTS),
  }));
}

/** Everything of that person, in all workspaces. */
export function forgetSearches(userId: string, storage: KeyValue = BROWSER_STORAGE): void {
  keepAll(
    storage,
    readAll(storage).filter(([name]) => !name.startsWith(`${userId} `)),
  );
}

const isSame = (a: string, b: string): boolean => a.toLocaleLowerCase() === b.toLocaleLowerCase();

function change(place: RecentPlace, storage: KeyValue, by: (recent: Recent) => Recent): void {
  const others = readAll(storage).filter(([name]) => name !== nameOf(place));
  keepAll(storage, [[nameOf(place), by(readRecent(place, storage))], ...others]);
}

function keepAll(storage: KeyValue, all: Kept): void {
  try {
    storage.setItem(KEY, JSON.stringify(all.slice(0, MOST_PLACES)));
  } catch (error) {
    // full or forbidden: the list stays as it was
    console.warn("recent searches are not kept", error);
  }
}

function readAll(storage: KeyValue): Kept {
  try {
    const kept = Kept.safeParse(JSON.parse(storage.getItem(KEY) ?? "[]"));
    return kept.success ? kept.data : [];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return [];
    throw error;
  }
}
