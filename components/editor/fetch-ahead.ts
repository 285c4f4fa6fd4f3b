/** What a page may need while it has no connection is asked for once it has time: after the text can be written in. */
import { fetchMenus } from "../ui/menu.tsx";
import { fetchPrinter } from "./copy-of-text.ts";

const AFTER_MS = 2_000;

/** Returns the way to leave it. */
export function fetchAhead(): () => void {
  const timer = setTimeout(() => {
    fetchMenus();
    void fetchPrinter();
  }, AFTER_MS);
  return () => clearTimeout(timer);
}
