/** What a page may need while it has no connection is asked for once it has time: after the text can be written in. */
import { LatePart } from "../ui/late-part.ts";
import { fetchMenus } from "../ui/menu.tsx";
import { textIsShown } from "../ui/text-first.ts";
import { fetchPrinter } from "./copy-of-text.ts";

/** Long enough for the text to be painted first. */
const PAINTED_MS = 50;
const AFTER_MS = 2_000;

/** Shown by the body as soon as it is here. */
export const bodyTools = new LatePart(
  "The editor's menus",
  async () => (await import("./body-tools.tsx")).BodyTools,
);

/** Returns the way to leave it. */
export function fetchAhead(): () => void {
  const soon = setTimeout(() => {
    bodyTools.fetchSurely();
    textIsShown();
  }, PAINTED_MS);
  const rest = setTimeout(() => {
    fetchMenus();
    void fetchPrinter();
    // asked for again with the first file
    void import("./attachments/prepare-file.ts").catch(() => undefined);
    void import("./attachments/storage-door.ts").catch(() => undefined);
  }, AFTER_MS);
  return () => {
    clearTimeout(soon);
    clearTimeout(rest);
  };
}
