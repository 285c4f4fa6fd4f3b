/** Somebody who edits a document and appends each change, and the rows that should come of it. */
import * as Y from "yjs";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { projectDocument } from "../../lib/core/projection.ts";
import { append, createDocument, homeOf, openSession, type Session } from "./scene.ts";
import type { Person } from "./stand-in.ts";

export interface Writer {
  readonly doc: Y.Doc;
  readonly session: Session;
  /** Changes the document and appends what changed. */
  edit(change: (doc: Y.Doc) => void): Promise<void>;
  send(data: Uint8Array): Promise<void>;
}

export const paragraph = (text: string): BlockNode => ({
  type: "paragraph",
  attrs: {},
  text: [{ text, marks: {} }],
  children: [],
});

export function addBlocks(doc: Y.Doc, ...nodes: BlockNode[]): void {
  const map = new BlockMap(doc);
  insertTree(map, nodes);
  map.destroy();
}

export async function openWriter(person: Person, documentId?: string): Promise<Writer> {
  const id = documentId ?? (await createDocument(person, await homeOf(person))).id;
  const session = await openSession(person, id);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const pending: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => pending.push(update));
  let clientSeq = 0;
  const send = async (...updates: Uint8Array[]) => {
    for (let at = 0; at < updates.length; at += 100) {
      const batch = updates.slice(at, at + 100).map((update) => {
        clientSeq += 1;
        return { clientSeq, data: Buffer.from(update).toString("base64") };
      });
      const { refusal } = await append(person.client, session, batch);
      if (refusal !== null) throw new Error(refusal);
    }
  };
  const edit = async (change: (doc: Y.Doc) => void) => {
    change(doc);
    await send(...pending.splice(0));
  };
  return { doc, session, edit, send };
}

interface Row {
  readonly id: string;
  readonly parent_path: string;
  readonly sort_order: string;
  readonly type: string;
  readonly content: unknown;
  readonly plain_text: string;
}

export async function readRows(person: Person, documentId: string): Promise<Row[]> {
  const { data, error } = await person.client
    .from("blocks")
    .select("id,parent_path,sort_order,type,content,plain_text")
    .eq("document_id", documentId)
    .order("id");
  if (error) throw new Error(error.message);
  return data as Row[];
}

export const projected = (doc: Y.Doc): Row[] =>
  projectDocument(doc)
    .rows.map((row) => ({
      id: row.id,
      parent_path: row.parentPath,
      sort_order: row.sortOrder,
      type: row.type,
      content: row.content,
      plain_text: row.plainText,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
