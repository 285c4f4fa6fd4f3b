/**
 * A title's truth is the Y.Text "title" in the document; renaming from the tree edits it like any other text, without
 * showing the document. What is the same at both ends stays, so that two renames at once keep both changes.
 */
import type * as Y from "yjs";
import { AppError } from "../core/errors.ts";
import { MAX_TITLE_LENGTH } from "../core/projection.ts";
import { systemClock } from "./clock.ts";
import { DocumentSession, type DocumentSessionOptions } from "./document-session.ts";
import { createMemoryOutbox } from "./outbox.ts";
import { createMemoryLocks } from "./session-locks.ts";

export const TITLE_ROOT = "title";

const GIVE_UP_MS = 15_000;

type HeadlessOptions = Omit<DocumentSessionOptions, "live" | "outbox" | "locks">;

/** Resolves when the new title is stored. Rejects with AppError: not_found, forbidden, invalid_input, unavailable. */
export async function renameHeadless(options: HeadlessOptions, title: string): Promise<void> {
  // In memory: a rename that was reported as failed must not happen later, out of an outbox.
  const outbox = Promise.resolve(createMemoryOutbox());
  const session = new DocumentSession({ ...options, outbox, locks: createMemoryLocks() });
  const { clock = systemClock } = options;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const error = new AppError(
    "unavailable",
    "The server did not answer in time. The title may not be stored.",
  );
  const cancel = clock.after(GIVE_UP_MS, () => reject(error));
  try {
    await Promise.race([rename(session, title), late]);
  } finally {
    cancel();
    await session.destroy();
  }
}

async function rename(session: DocumentSession, title: string): Promise<void> {
  await session.ready;
  if (!session.status.getSnapshot().isWritable) {
    throw new AppError("forbidden", "You may read this document, but not rename it.");
  }
  setTitle(session.doc, title);
  await session.whenSaved();
}

export function setTitle(doc: Y.Doc, title: string): void {
  if (title.length > MAX_TITLE_LENGTH) {
    throw new AppError(
      "invalid_input",
      `A title has at most ${MAX_TITLE_LENGTH} characters; this one has ${title.length}.`,
    );
  }
  const text = doc.getText(TITLE_ROOT);
  const before = text.toString();
  const start = commonStart(before, title);
  const end = commonEnd(before.slice(start), title.slice(start));
  doc.transact(() => {
    text.delete(start, before.length - start - end);
    text.insert(start, title.slice(start, title.length - end));
  });
}

/** Never cuts a surrogate pair in two: Yjs would turn both halves into U+FFFD. */
function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return isHigh(a.charCodeAt(length - 1)) ? length - 1 : length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return isLow(a.charCodeAt(a.length - length)) ? length - 1 : length;
}

const isHigh = (code: number) => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number) => code >= 0xdc00 && code <= 0xdfff;
