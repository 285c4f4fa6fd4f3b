/** A document as the server has it, read beside the page. */
import { DocumentSession } from "../../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../../lib/collab/outbox.ts";
import { createMemoryLocks } from "../../lib/collab/session-locks.ts";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import type { WholeDocument } from "./fill-document.ts";
import { headlessOptions, type SessionPlace } from "./open-session.ts";

/** Waits for a connection until `signal` says otherwise. Rejects with AppError (not_found, forbidden, …), and when it was stopped. */
export async function readDocument(place: SessionPlace, signal: AbortSignal): Promise<WholeDocument> {
  const session = new DocumentSession({
    ...headlessOptions(place),
    outbox: Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
  });
  try {
    await Promise.race([session.ready, stopped(signal)]);
    return { title: session.doc.getText("title").toString(), blocks: readDocumentTree(session.doc) };
  } finally {
    await session.destroy();
  }
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error("It was stopped."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
