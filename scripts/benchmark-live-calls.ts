/** Calls one after the other on an otherwise idle stand-in: appends of one key, and opening a long document. */
import * as Y from "yjs";
import { createIdentity } from "../lib/collab/document-session.ts";
import { createSupabaseTransport } from "../lib/collab/supabase-transport.ts";
import { insertText } from "../lib/core/block-edit.ts";
import { BlockMap } from "../lib/core/block-map.ts";
import { insertTree } from "../lib/core/block-read.ts";
import { projectDocument } from "../lib/core/projection.ts";
import { type CpuSeconds, cpuBetween, cpuOf } from "./benchmark-live-cpu.ts";
import { ask, createDocument, openPage, type Person, type Team, waitUntil } from "./benchmark-live-people.ts";
import { type Figure, figureOf, timed } from "./benchmark-live-stats.ts";
import type { StandIn } from "./stand-in.ts";

export type AppendFigures = {
  readonly rpc: Figure;
  /** Server milliseconds of CPU an append: its own, and the functions' that it set off. */
  readonly serverCpuMs: CpuSeconds | null;
};

const text = (words: string) => ({ text: words, marks: {} });
const paragraph = (words: string) => ({ type: "paragraph", attrs: {}, text: [text(words)], children: [] });

type Writer = {
  readonly doc: Y.Doc;
  readonly map: BlockMap;
  readonly documentId: string;
  /** Appends what the change made, an update a row. */
  edit(change: (map: BlockMap) => void): Promise<void>;
};

async function openWriter(team: Team): Promise<Writer & { person: Person }> {
  const [person] = team.people;
  if (!person) throw new Error("A team has at least one person.");
  const documentId = await createDocument(team);
  const { log } = createSupabaseTransport(person.client);
  const session = createIdentity();
  await log.open(documentId, session, 0);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const made: Uint8Array[] = [];
  doc.on("update", (data: Uint8Array) => made.push(data));
  const map = new BlockMap(doc);
  let clientSeq = 0;
  const edit = async (change: (map: BlockMap) => void) => {
    change(map);
    const updates = made.splice(0).map((data) => ({ clientSeq: ++clientSeq, data }));
    for (let at = 0; at < updates.length; at += 100)
      await log.append(documentId, session.sessionId, updates.slice(at, at + 100));
  };
  return { person, doc, map, documentId, edit };
}

export async function measureAppends(team: Team, standIn: StandIn, count: number): Promise<AppendFigures> {
  const { edit, map, doc } = await openWriter(team);
  const [block] = doc.transact(() => insertTree(map, [paragraph("x")]));
  if (!block) throw new Error("No block was made.");
  await edit(() => undefined);
  const times: number[] = [];
  const from = cpuOf(standIn.process.pid);
  for (let key = 0; key < count; key++)
    times.push(await timed(() => edit(() => doc.transact(() => insertText(map, block, 0, text("x"))))));
  const cpu = cpuBetween(from, cpuOf(standIn.process.pid));
  const each = (seconds: number) => (seconds * 1_000) / count;
  return { rpc: figureOf(times), serverCpuMs: cpu && { own: each(cpu.own), below: each(cpu.below) } };
}

export type OpenFigures = {
  /** From nothing to ready, block map and projection. */
  readonly all: Figure;
  readonly ready: Figure;
  readonly blockMap: Figure;
  readonly projection: Figure;
  readonly rpc: Figure;
  readonly answerBytes: number;
  readonly blocks: number;
  readonly snapshotSeq: number;
  readonly headSeq: number;
};

type Opening = { snapshot: { uptoSeq: number } | null; headSeq: number };

export async function measureOpening(team: Team, blocks: number, count: number): Promise<OpenFigures> {
  const { documentId, edit, doc, person } = await openWriter(team);
  await edit((map) => {
    for (let i = 0; i < blocks; i++) doc.transact(() => insertTree(map, [paragraph(words(i))]));
  });
  const open = () => {
    const { sessionId, yjsClientId } = createIdentity();
    const session = { p_session_id: sessionId, p_yjs_client_id: yjsClientId };
    return ask<Opening>(person.client, "open_document", { p_document_id: documentId, ...session });
  };
  await waitUntil(async () => (await open()).snapshot !== null, "there is a snapshot");
  const rpc: number[] = [];
  for (let i = 0; i < count; i++) rpc.push(await timed(open));
  const answer = await open();
  const rounds: Round[] = [];
  for (let i = 0; i < count; i++) rounds.push(await openOnce(person, documentId, blocks));
  return {
    all: figureOf(rounds.map(({ ready, blockMap, projection }) => ready + blockMap + projection)),
    ready: figureOf(rounds.map(({ ready }) => ready)),
    blockMap: figureOf(rounds.map(({ blockMap }) => blockMap)),
    projection: figureOf(rounds.map(({ projection }) => projection)),
    rpc: figureOf(rpc),
    answerBytes: JSON.stringify(answer).length,
    blocks,
    snapshotSeq: answer.snapshot?.uptoSeq ?? 0,
    headSeq: answer.headSeq,
  };
}

type Round = { readonly ready: number; readonly blockMap: number; readonly projection: number };

async function openOnce(person: Person, documentId: string, blocks: number): Promise<Round> {
  const from = performance.now();
  const page = openPage(person, documentId);
  try {
    await page.ready;
    const ready = performance.now() - from;
    const map = new BlockMap(page.doc);
    const found = map.outline().items.length;
    const blockMap = performance.now() - from - ready;
    if (found !== blocks) throw new Error(`The document opened with ${found} of ${blocks} blocks.`);
    projectDocument(page.doc);
    return { ready, blockMap, projection: performance.now() - from - ready - blockMap };
  } finally {
    await page.destroy();
  }
}

const WORDS =
  "the log is the truth and a page shows only what it holds so nobody sees what is not stored".split(" ");

/** About a line of a paper. */
function words(i: number): string {
  return Array.from({ length: 16 }, (_, at) => WORDS[(i * 7 + at * ((i % 5) + 1)) % WORDS.length]).join(" ");
}
