/** A replica of a logged document: the product's own log client over a transport that counts. */
import * as Y from "yjs";
import { systemClock } from "../lib/collab/clock.ts";
import { createIdentity } from "../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../lib/collab/outbox.ts";
import type { LogTransport } from "../lib/collab/transport.ts";
import { UpdateLog } from "../lib/collab/update-log.ts";
import type { ReplayLog } from "./replay-log.ts";

export type Traffic = { appends: number; rows: number; bytes: number; appendMs: number; pulls: number };

export type Replica = {
  readonly doc: Y.Doc;
  readonly log: UpdateLog;
  readonly traffic: Traffic;
  /** Rows of the log that the guard refused, as sentences. */
  readonly refused: string[];
};

/** Resolves when everything that is in the log now is in the document. */
export async function openReplica({ documentId, transport }: ReplayLog): Promise<Replica> {
  const doc = new Y.Doc();
  const traffic: Traffic = { appends: 0, rows: 0, bytes: 0, appendMs: 0, pulls: 0 };
  const refused: string[] = [];
  const log = new UpdateLog({
    documentId,
    session: createIdentity(),
    doc,
    transport: counting(transport, traffic),
    outbox: createMemoryOutbox(),
    clock: systemClock,
    chance: Math.random,
    onQuarantine: ({ seq, reason }) => refused.push(`row ${seq}: ${reason}`),
  });
  await log.open();
  return { doc, log, traffic, refused };
}

function counting(transport: LogTransport, traffic: Traffic): LogTransport {
  return {
    ...transport,
    open(documentId, session, after) {
      traffic.pulls += 1;
      return transport.open(documentId, session, after);
    },
    pull(documentId, after) {
      traffic.pulls += 1;
      return transport.pull(documentId, after);
    },
    async append(documentId, sessionId, updates) {
      const from = performance.now();
      const answer = await transport.append(documentId, sessionId, updates);
      traffic.appends += 1;
      traffic.rows += updates.length;
      traffic.bytes += updates.reduce((sum, { data }) => sum + data.length, 0);
      traffic.appendMs += performance.now() - from;
      return answer;
    },
  };
}
