/**
 * Messages between client and server: one schema and its type under one name. Everything that comes over the wire is
 * parsed here once and trusted afterwards. Byte strings are base64 on the wire and Uint8Array inside; sums are
 * lower-case hex; seq and epoch are non-negative integers; clientSeq starts at 1.
 */
import * as z from "zod/mini";
import { fromBase64 } from "./base64.ts";
import { Json } from "./block-tree.ts";

/** Largest update the log takes, in bytes. */
export const MAX_UPDATE_BYTES = 1_000_000;
/** Largest awareness frame, in characters of JSON. */
export const MAX_AWARENESS_CHARS = 4_096;

const Count = z.int().check(z.minimum(0));
const FromOne = z.int().check(z.minimum(1));
const Sum = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** Whatever the server stored must parse: one odd session must not keep the others from reading. */
export const YjsClientId = z.int().check(z.minimum(0));

const Bytes = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      return fromBase64(text);
    } catch (error) {
      context.issues.push({ code: "custom", message: `not base64: ${String(error)}`, input: text });
      return z.NEVER;
    }
  }),
);

export const Person = z.object({
  sessionId: z.string(),
  yjsClientId: YjsClientId,
  /** null: the account was deleted. */
  userId: z.nullable(z.string()),
  name: z.string(),
  color: z.int().check(z.minimum(1), z.maximum(12)),
  /** Of the session: what its awareness frames are checked with. null: it cannot sign. */
  publicKey: z._default(z.nullable(z.string().check(z.maxLength(1_000))), null),
});
export type Person = z.infer<typeof Person>;

export const People = z.array(Person);

/** A row of the log, without whose it is. */
const row = { seq: FromOne, clientSeq: Count, data: Bytes, sha256: Sum };
/** One row of the log. */
export const LogRow = z.object({ ...row, sessionId: z.string(), yjsClientId: YjsClientId });
export type LogRow = z.infer<typeof LogRow>;

export const Snapshot = z.object({ uptoSeq: Count, state: Bytes, sha256: Sum });
export type Snapshot = z.infer<typeof Snapshot>;

export const Role = z.enum(["owner", "admin", "editor", "commenter", "viewer"]);
export type Role = z.infer<typeof Role>;

/** Answer of open_document and pull_updates: everything after a seq, in one statement. */
export const Pull = z.object({
  documentId: z.string(),
  workspaceId: z.string(),
  title: z.string(),
  role: Role,
  canWrite: z.boolean(),
  epoch: Count,
  schemaVersion: Count,
  headSeq: Count,
  trashed: z.boolean(),
  snapshot: z.nullable(Snapshot),
  updates: z.array(LogRow),
  more: z.boolean(),
  quarantined: z.array(Count),
  people: People,
});
export type Pull = z.infer<typeof Pull>;

/** Answer of append_updates: where each update went in the log. seq 0: long ago, its row is in a snapshot by now. */
export const Appended = z.object({
  headSeq: Count,
  epoch: Count,
  accepted: z.array(z.object({ clientSeq: Count, seq: Count })),
});
export type Appended = z.infer<typeof Appended>;

/** Answer of list_refused_updates: rows that the guard refused, newest first, at most 100. */
export const RefusedUpdates = z.array(
  z.object({
    seq: FromOne,
    reason: z.string(),
    /** Whose session wrote it; null: the account was deleted. */
    userId: z.nullable(z.string()),
    name: z.string(),
    /** When it was written. */
    at: z.string().check(z.refine((at) => !Number.isNaN(Date.parse(at)))),
  }),
);
export type RefusedUpdates = z.infer<typeof RefusedUpdates>;

/** Event 'update' on the updates topic: rows just committed. Without `updates` they were too large: pull. */
export const UpdateMessage = z.object({
  fromSeq: FromOne,
  toSeq: FromOne,
  sessionId: z.string(),
  yjsClientId: YjsClientId,
  updates: z.optional(z.array(z.object(row))),
});
export type UpdateMessage = z.infer<typeof UpdateMessage>;

/** Event 'epoch' on a workspace's tree topic: rights were reduced, ask again. */
export const EpochMessage = z.object({ epoch: Count });
export type EpochMessage = z.infer<typeof EpochMessage>;

/** A relative position, opaque here: the editor makes it and reads it. */
const Position = Json;
export const Cursor = z.object({ anchor: Position, head: Position });
export type Cursor = z.infer<typeof Cursor>;

/** The whole state of one session. Names and colours never come from here. */
export const AwarenessMessage = z.object({
  sessionId: z.string().check(z.maxLength(64)),
  counter: Count,
  /** The last seq the sender has: a higher one than ours means something was missed. */
  head: Count,
  cursor: z.nullable(Cursor),
  typing: z.boolean(),
  blockId: z.nullable(z.string().check(z.maxLength(64))),
  left: z.optional(z.literal(true)),
});
export type AwarenessMessage = z.infer<typeof AwarenessMessage>;

/** Event 'state' on the awareness topic: an AwarenessMessage as JSON, signed by its session (lib/collab/frame-keys.ts). */
export const SignedFrame = z.object({
  sessionId: z.string().check(z.maxLength(64)),
  frame: z.string().check(z.maxLength(MAX_AWARENESS_CHARS)),
  signature: z.nullable(z.string().check(z.maxLength(200))),
});
export type SignedFrame = z.infer<typeof SignedFrame>;

export const updatesTopic = (documentId: string, epoch: number) => `document:${documentId}:updates:${epoch}`;
export const awarenessTopic = (documentId: string, epoch: number) =>
  `document:${documentId}:awareness:${epoch}`;
export const presenceTopic = (documentId: string, epoch: number) =>
  `document:${documentId}:presence:${epoch}`;
export const treeTopic = (workspaceId: string, epoch: number) => `workspace:${workspaceId}:tree:${epoch}`;
