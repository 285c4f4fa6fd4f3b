/**
 * The product's own editor, as `DocumentBody` mounts it, over a real session whose log is in this page's memory and
 * acknowledges at once. Five others are told to it as the session tells of people.
 */
import { createRoot } from "react-dom/client";
import * as Y from "yjs";
import { DocumentBody } from "../../components/editor/document-body.tsx";
import { DocumentSession } from "../../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../../lib/collab/outbox.ts";
import type { PersonHere } from "../../lib/collab/people.ts";
import { createMemoryLocks } from "../../lib/collab/session-locks.ts";
import { createStore } from "../../lib/collab/store.ts";
import type { LogTransport } from "../../lib/collab/transport.ts";
import { fromBase64, toBase64 } from "../../lib/core/base64.ts";
import { insertText } from "../../lib/core/block-edit.ts";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import { textOf } from "../../lib/core/block-tree.ts";
import type { Pull } from "../../lib/core/protocol.ts";
import { type Cursor, toCursor } from "../../lib/editor/cursor.ts";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { type Bench, type Line, PEOPLE } from "./bench.ts";

/** Nothing is named here. */
const NOBODY: MentionDoor = {
  look: () => null,
  subscribe: () => () => undefined,
  find: () => [],
  go: () => undefined,
  make: () => Promise.resolve(),
};

const DOCUMENT_ID = "00000000-0000-4000-8000-000000000001";
const TYPES = { heading: "heading2", paragraph: "paragraph", bullet: "bullet" } as const;

/** A log that nobody else writes. */
function memoryLog(): LogTransport {
  let seq = 0;
  const pull = async (documentId: string): Promise<Pull> => ({
    documentId,
    workspaceId: DOCUMENT_ID,
    title: "",
    role: "editor",
    canWrite: true,
    epoch: 1,
    schemaVersion: 1,
    headSeq: seq,
    trashed: false,
    snapshot: null,
    updates: [],
    more: false,
    quarantined: [],
    people: [],
  });
  return {
    open: pull,
    pull,
    append: async (_documentId, _sessionId, updates) => {
      const accepted = updates.map(({ clientSeq }) => ({ clientSeq, seq: ++seq }));
      return { headSeq: seq, epoch: 1, accepted };
    },
    listPeople: async () => [],
  };
}

const self: PersonHere = {
  sessionId: "self",
  userId: null,
  name: "Me",
  color: 1,
  isSelf: true,
  cursor: null,
  blockId: null,
  typing: false,
};
const others = Array.from({ length: PEOPLE }, (_, i): PersonHere => {
  return { ...self, sessionId: `other ${i}`, name: `Person ${i + 1}`, color: i + 2, isSelf: false };
});
const people = createStore<readonly PersonHere[]>([self, ...others]);

let session: DocumentSession;
let count = 0;
const cursors = new Map<string, Cursor>();

/** The places of a block's first words; the map that finds them is not kept, so that it costs no key anything. */
function cursorAt(index: number, offset: number): Cursor | undefined {
  if (!cursors.has(`${index} ${offset}`))
    withMap((map) => {
      const id = map.outline().items[index]?.id;
      for (let at = 0; id && at < 8; at++)
        cursors.set(`${index} ${at}`, toCursor(map, { block: id, offset: at }));
    });
  return cursors.get(`${index} ${offset}`);
}

function withMap<Value>(read: (map: BlockMap) => Value): Value {
  const map = new BlockMap(session.doc);
  try {
    return read(map);
  } finally {
    map.destroy();
  }
}

const bench: Bench = {
  async make(lines: readonly Line[], edits: number) {
    const doc = new Y.Doc();
    const made = new BlockMap(doc);
    doc.transact(() => {
      insertTree(
        made,
        lines.map(({ kind, text }) => ({
          type: TYPES[kind],
          attrs: {},
          text: [{ text, marks: {} }],
          children: [],
        })),
      );
    });
    const document = toBase64(Y.encodeStateAsUpdate(doc));
    const { items } = made.outline();
    const updates: string[] = [];
    doc.on("update", (update: Uint8Array) => void updates.push(toBase64(update)));
    for (let i = 0; i < edits; i++) {
      const id = items[Math.floor(((i + 0.5) * items.length) / edits)]?.id;
      if (id) doc.transact(() => insertText(made, id, 2, { text: "edited ", marks: {} }));
    }
    return { document, edits: updates };
  },
  async load(document) {
    session = new DocumentSession({
      documentId: DOCUMENT_ID,
      userId: DOCUMENT_ID,
      log: memoryLog(),
      outbox: Promise.resolve(createMemoryOutbox()),
      locks: createMemoryLocks(),
    });
    Object.defineProperty(session, "people", { value: people });
    await session.ready;
    Y.applyUpdate(session.doc, fromBase64(document), "network");
    count = withMap((map) => map.outline().items.length);
  },
  async open() {
    const root = document.querySelector("main");
    if (!root) throw new Error("The page has no place for the editor.");
    const seen = new Promise<void>((done) => {
      const look = () => {
        if (document.querySelector(".body[contenteditable=true]")) done();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    createRoot(root).render(
      <DocumentBody
        documentId={DOCUMENT_ID}
        session={session}
        isWritable
        mentions={NOBODY}
        onBody={() => undefined}
      />,
    );
    await seen;
  },
  isWhole: () => bench.texts().length >= count,
  moveCaret(person, block, offset) {
    const place = cursorAt(block, offset);
    if (!place) return;
    const cursor = { anchor: place, head: place };
    const id = place.block;
    people.set(
      people.getSnapshot().map((one, i) => (i === person + 1 ? { ...one, cursor, blockId: id } : one)),
    );
  },
  apply(edit) {
    const update = fromBase64(edit);
    const from = performance.now();
    Y.applyUpdate(session.doc, update, "network");
    return performance.now() - from;
  },
  texts: () =>
    [...document.querySelectorAll(".body .block")].map(
      (block) => block.querySelector(":scope > .text") ?? block,
    ),
  held: () => withMap((map) => map.outline().items.map(({ id }) => textOf(map.runs(id)))),
};
window.bench = bench;
