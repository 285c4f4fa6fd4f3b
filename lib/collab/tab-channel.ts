/**
 * What the tabs of one person tell each other about one document: rows that the server has just acknowledged. With the
 * websocket blocked another tab then shows an edit at once instead of at the next poll. Only stored rows are told, so
 * nobody sees an edit that is not stored, and they come in by the door of the live messages: parsed, summed, guarded,
 * in the order of the log.
 */
import { toBase64 } from "../core/base64.ts";
import { UpdateMessage } from "../core/protocol.ts";
import { sha256Hex } from "../core/sha256.ts";
import type { StoredRow } from "./senders.ts";

/** A line between the tabs of one browser; what one says, all others hear. */
export interface TabLine {
  say(message: unknown): void;
  close(): void;
}

/** Null where there is none. Called with the name of the line and with what hears the others. */
export type OpenTabLine = (name: string, onMessage: (message: unknown) => void) => TabLine | null;

export const tabLineName = (userId: string, documentId: string) =>
  `command-center tabs ${userId} ${documentId}`;

/** Old browsers have no BroadcastChannel, and sandboxed frames may refuse it: then tabs hear of each other by the server. */
export const openBrowserTabLine: OpenTabLine = (name, onMessage) => {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => onMessage(data);
    return { say: (message) => channel.postMessage(message), close: () => channel.close() };
  } catch {
    return null;
  }
};

export type TabChannelOptions = {
  readonly open: OpenTabLine;
  readonly userId: string;
  readonly documentId: string;
  readonly onUpdate: (message: UpdateMessage) => void;
};

/** Above this the bytes stay out, as in the server's messages: the other tab pulls. */
const MOST_BYTES = 200_000;

export class TabChannel {
  #line: TabLine | null;

  constructor({ open, userId, documentId, onUpdate }: TabChannelOptions) {
    this.#line = open(tabLineName(userId, documentId), (said) => {
      const message = UpdateMessage.safeParse(said);
      // What does not parse is another version's: its rows come by the server.
      if (message.success && this.#line !== null) onUpdate(message.data);
    });
  }

  /** Rows of one session that the server acknowledged, in the order of the log. */
  tell(rows: readonly StoredRow[]): void {
    const [first] = rows;
    const last = rows.at(-1);
    if (this.#line === null || first === undefined || last === undefined) return;
    const { sessionId, yjsClientId } = first;
    const isSmall = rows.reduce((sum, row) => sum + row.data.length, 0) <= MOST_BYTES;
    const updates = rows.map(({ seq, clientSeq, data }) => ({
      seq,
      clientSeq,
      data: toBase64(data),
      sha256: sha256Hex(data),
    }));
    const from = { fromSeq: first.seq, toSeq: last.seq, sessionId, yjsClientId };
    this.#line.say(isSmall ? { ...from, updates } : from);
  }

  close(): void {
    this.#line?.close();
    this.#line = null;
  }
}
