/**
 * Sends what closed tabs left unsent in a document that is not open here: whoever wrote without a network and opens
 * another document next, or another computer, would find the words missing.
 */
import { systemClock } from "./clock.ts";
import { DocumentSession, type DocumentSessionOptions } from "./document-session.ts";

/** What a server that answers needs; else the next page tries. */
const GIVE_UP_MS = 30_000;

/** Resolves when all of it is stored, or when that cannot be now: it stays in the outbox. Nobody is shown as here. */
export async function sendLeftBehind(options: Omit<DocumentSessionOptions, "live">): Promise<void> {
  const session = new DocumentSession(options);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = (options.clock ?? systemClock).after(GIVE_UP_MS, resolve);
  try {
    await Promise.race([session.ready.then(() => session.whenSaved()), late]);
  } catch {
    // The document's own page says why.
  } finally {
    cancel();
    await session.destroy();
  }
}
