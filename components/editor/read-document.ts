/** A document as the server has it, read beside the page. */
import { DocumentSession } from "../../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../../lib/collab/outbox.ts";
import { createMemoryLocks } from "../../lib/collab/session-locks.ts";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import type { WholeDocument } from "./fill-document.ts";
import { headlessOptions, type SessionPlace } from "./open-session.ts";

/** Rejects with AppError (not_found, forbidden, unavailable, …). */
export async function readDocument(place: SessionPlace): Promise<WholeDocument> {
  const session = new DocumentSession({
    ...headlessOptions(place),
    outbox: Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
  });
  try {
    await session.ready;
    return { title: session.doc.getText("title").toString(), blocks: readDocumentTree(session.doc) };
  } finally {
    await session.destroy();
  }
}
