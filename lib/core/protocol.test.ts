import { expect, test } from "vitest";
import { AwarenessMessage, LogRow, Pull, UpdateMessage } from "./protocol.ts";
import { sha256Hex } from "./sha256.ts";

const data = Uint8Array.from([0, 0]);
const row = { seq: 1, sessionId: "s", yjsClientId: 5, clientSeq: 1, data: "AAA=", sha256: sha256Hex(data) };
const pull = {
  documentId: "d",
  workspaceId: "w",
  title: "",
  role: "editor",
  canWrite: true,
  epoch: 1,
  schemaVersion: 1,
  headSeq: 1,
  trashed: false,
  snapshot: null,
  updates: [row],
  more: false,
  quarantined: [],
  people: [],
};

test("PC1 bytes are base64 on the wire and bytes inside; what is not base64 is refused", () => {
  expect(LogRow.parse(row).data).toEqual(data);
  expect(LogRow.safeParse({ ...row, data: "%%%%" }).success).toBe(false);
});

test("PC2 an answer with a field of the wrong kind is refused, unknown fields are dropped", () => {
  expect(Pull.parse({ ...pull, extra: 1 })).not.toHaveProperty("extra");
  expect(Pull.safeParse({ ...pull, headSeq: -1 }).success).toBe(false);
  expect(Pull.safeParse({ ...pull, role: "god" }).success).toBe(false);
  expect(LogRow.safeParse({ ...row, sha256: "abc" }).success).toBe(false);
  expect(LogRow.safeParse({ ...row, yjsClientId: 0.5 }).success).toBe(false);
});

test("PC3 an update message may come without its bytes", () => {
  const message = { fromSeq: 1, toSeq: 2, sessionId: "s", yjsClientId: 5 };
  expect(UpdateMessage.parse(message).updates).toBeUndefined();
  expect(UpdateMessage.parse({ ...message, updates: [row] }).updates?.[0]).not.toHaveProperty("sessionId");
});

test("PC4 a cursor is opaque JSON; an awareness frame with anything else is refused", () => {
  const frame = { sessionId: "s", counter: 1, head: 3, cursor: null, typing: false, blockId: null };
  expect(
    AwarenessMessage.parse({ ...frame, cursor: { anchor: { a: [1] }, head: null } }).cursor,
  ).toBeTruthy();
  expect(AwarenessMessage.safeParse({ ...frame, cursor: { anchor: () => 1, head: null } }).success).toBe(
    false,
  );
  expect(AwarenessMessage.safeParse({ ...frame, typing: "yes" }).success).toBe(false);
});
