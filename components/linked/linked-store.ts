/**
 * What leads to the open document, without React. It asks once, and again when a change event of some document says that
 * its links changed or that it went to the trash or came back; never while nobody changes a link.
 */
import * as z from "zod/mini";
import type { Clock } from "../../lib/collab/clock.ts";
import { createStore } from "../../lib/collab/store.ts";
import type { TreeChange } from "../../lib/collab/transport.ts";
import type { Linked } from "./linked-source.ts";

export type LinkedStore = ReturnType<typeof createLinkedStore>;

/** Between two questions at least, so that a burst of changes is one. */
const PAUSE_MS = 2_000;
/** What is heard first waits so long for what comes with it. */
const SOON_MS = 200;

const Row = z.object({
  id: z.guid(),
  links_changed_at: z.nullish(z.string()),
  trashed_at: z.nullish(z.string()),
});

export function createLinkedStore(ask: () => Promise<Linked[]>, clock: Clock) {
  const linked = createStore<readonly Linked[]>([]);
  /** Of each document that was heard of: since when its links and its place are as they are. */
  const heard = new Map<string, string>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;
  let isOver = false;

  const askNow = () => {
    cancel = null;
    askedAt = clock.now();
    ask().then(
      (found) => isOver || linked.set(found),
      // what is shown stays; the next change, or the next connection, asks again
      (error: unknown) => console.warn("what leads here is not known", error),
    );
  };
  const askSoon = () => {
    if (isOver) return;
    cancel ??= clock.after(Math.max(SOON_MS, askedAt + PAUSE_MS - clock.now()), askNow);
  };

  return {
    linked,
    askSoon,
    /** A change of some document of the workspace. */
    hear({ row }: Pick<TreeChange, "row">): void {
      const told = Row.safeParse(row);
      if (!told.success) return;
      const { id, links_changed_at, trashed_at } = told.data;
      const before = heard.get(id);
      const now = `${links_changed_at ?? ""} ${trashed_at ?? ""}`;
      heard.set(id, now);
      // a document that never led anywhere is no news
      if (links_changed_at && before !== now) askSoon();
    },
    destroy(): void {
      isOver = true;
      cancel?.();
    },
  };
}
