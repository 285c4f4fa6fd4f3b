/** The emoji that this person used last in this browser, the last one first. */
import * as z from "zod/mini";
import { BROWSER_STORAGE, type KeyValue } from "../ui/browser-storage.ts";

const KEY = "recent-emoji";
const MOST = 24;
const Kept = z.array(z.string().check(z.maxLength(32)));

export function readRecentEmoji(storage: KeyValue = BROWSER_STORAGE): readonly string[] {
  try {
    const kept = Kept.safeParse(JSON.parse(storage.getItem(KEY) ?? "[]"));
    return kept.success ? kept.data : [];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return [];
    throw error;
  }
}

export function keepRecentEmoji(character: string, storage: KeyValue = BROWSER_STORAGE): void {
  const others = readRecentEmoji(storage).filter((one) => one !== character);
  try {
    storage.setItem(KEY, JSON.stringify([character, ...others].slice(0, MOST)));
  } catch (error) {
    // full or forbidden: the list stays as it was
    console.warn("recent emoji are not kept", error);
  }
}
