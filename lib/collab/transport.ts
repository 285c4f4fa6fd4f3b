/**
 * What the log client needs of the world. Implementations: supabase-transport.ts (the server), fake-network.ts
 * (tests). All calls reject with AppError; `isRetryable` says whether trying again can help.
 */
import type { Appended, Person, Pull } from "../core/protocol.ts";

export type SessionIdentity = { readonly sessionId: string; readonly yjsClientId: number };

export interface LogTransport {
  /**
   * Registers the session and pulls. The key checks what the session says of itself; null: it cannot sign. The version
   * is the program's (SCHEMA_VERSION unless said): of a document that is newer, the server takes nothing from it.
   */
  open(
    documentId: string,
    session: SessionIdentity,
    after: number,
    publicKey?: string | null,
    schemaVersion?: number,
  ): Promise<Pull>;
  pull(documentId: string, after: number): Promise<Pull>;
  /** All or nothing; the same (session, clientSeq) with the same bytes returns the same seq again. */
  append(
    documentId: string,
    sessionId: string,
    updates: readonly { clientSeq: number; data: Uint8Array }[],
  ): Promise<Appended>;
  listPeople(documentId: string): Promise<Person[]>;
}

export type ChannelStatus = "SUBSCRIBED" | "CHANNEL_ERROR" | "TIMED_OUT" | "CLOSED";

export type TreeChange = {
  readonly type: "INSERT" | "UPDATE" | "DELETE";
  /** The row as it is now; for DELETE only the key of the old one. */
  readonly row: Readonly<Record<string, unknown>>;
};

export type ChannelSpec = {
  readonly topic: string;
  /** Handlers by event name. Payloads are unchecked: parse them. */
  readonly events?: Readonly<Record<string, (payload: unknown) => void>>;
  /** Presence under this key. */
  readonly presence?: {
    readonly key: string;
    readonly onSync: (keys: readonly string[]) => void;
    readonly onLeave: (key: string) => void;
  };
  /** Change events of the documents of one workspace. */
  readonly documentsOf?: { readonly workspaceId: string; readonly onChange: (change: TreeChange) => void };
};

/** One private channel, used once: after CLOSED or `leave` make a new one. */
export interface RealtimeChannelPort {
  subscribe(onStatus: (status: ChannelStatus) => void): void;
  /** Sends only while joined; false when it did not even try. Delivery is never promised. */
  send(event: string, payload: object): boolean;
  track(payload: object): void;
  leave(): Promise<void>;
}

export interface RealtimePort {
  /** A fresh channel; the former one of the same topic must have been left. */
  channel(spec: ChannelSpec): RealtimeChannelPort;
  /** Gets the session, and hands its token to the socket. */
  refreshAuth(): Promise<void>;
}
