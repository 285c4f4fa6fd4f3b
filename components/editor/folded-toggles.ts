/**
 * Which toggles this reader has folded, kept in this browser: the last documents and, of each, the last toggles. One
 * key holds all, so that it cannot grow.
 */
import * as z from "zod/mini";
import { type BlockId, isBlockId } from "../../lib/core/ids.ts";
import { BROWSER_STORAGE, type KeyValue } from "../ui/browser-storage.ts";

const KEY = "folded-toggles";
const MOST_DOCUMENTS = 100;
const MOST_TOGGLES = 200;

/** [document, its folded toggles], the document last touched first. */
const Kept = z.array(z.tuple([z.string(), z.array(z.string())]));
type Kept = z.infer<typeof Kept>;

export function readFolded(documentId: string, storage: KeyValue = BROWSER_STORAGE): BlockId[] {
  const [, folded = []] = readAll(storage).find(([id]) => id === documentId) ?? [];
  return folded.filter(isBlockId);
}

export function keepFolded(
  documentId: string,
  folded: ReadonlySet<BlockId>,
  storage: KeyValue = BROWSER_STORAGE,
): void {
  const others = readAll(storage).filter(([id]) => id !== documentId);
  const own: Kept = folded.size > 0 ? [[documentId, [...folded].slice(-MOST_TOGGLES)]] : [];
  try {
    storage.setItem(KEY, JSON.stringify([...own, ...others].slice(0, MOST_DOCUMENTS)));
  } catch (error) {
    // full or forbidden: what is folded lasts as long as the page
    console.warn("folded toggles are not kept", error);
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
