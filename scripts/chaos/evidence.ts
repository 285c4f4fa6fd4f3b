/** What a run left behind, read with the service's key, and held to the invariants. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type * as Y from "yjs";
import { BlockMap } from "../../lib/core/block-map.ts";
import { textOf } from "../../lib/core/block-tree.ts";
import { contentOf } from "../../lib/core/document-content.ts";
import type { History } from "../../lib/core/history.ts";
import {
  flawsOfLog,
  flawsOfMarkers,
  flawsOfPromises,
  flawsOfReplicas,
  flawsOfSnapshot,
  replayLog,
} from "../../lib/core/invariants.ts";
import {
  flawsOfProjection,
  flawsOfTree,
  placeOf,
  type StoredDocument,
  type StoredRow,
} from "../../lib/core/invariants-of-blocks.ts";
import type { LogRow, Snapshot } from "../../lib/core/protocol.ts";
import { until } from "../../supabase/tests/waiting.ts";
import { type Book, markersIn, markersOf, type Tab } from "./browser.ts";

const PAGE = 500;
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.slice(2), "hex"));

/** The whole log of a document, also what a snapshot covers. */
export async function readLog(client: SupabaseClient, documentId: string): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  const clients = await clientNumbers(client, documentId);
  for (;;) {
    const { data, error } = await client
      .from("document_updates")
      .select("seq,client_seq,session_id,data,sha256")
      .eq("document_id", documentId)
      .gt("seq", rows.at(-1)?.seq ?? 0)
      .order("seq")
      .limit(PAGE);
    if (error) throw new Error(`the log of ${documentId}: ${error.message}`);
    for (const row of data)
      rows.push({
        seq: row.seq,
        sessionId: row.session_id,
        yjsClientId: clients.get(row.session_id) ?? 0,
        clientSeq: row.client_seq,
        data: bytesOf(row.data),
        sha256: row.sha256.slice(2),
      });
    if (data.length < PAGE) return rows;
  }
}

async function clientNumbers(client: SupabaseClient, documentId: string): Promise<Map<string, number>> {
  const { data, error } = await client
    .from("document_sessions")
    .select("session_id,yjs_client_id")
    .eq("document_id", documentId);
  if (error) throw new Error(`the sessions of ${documentId}: ${error.message}`);
  return new Map(data.map((row) => [row.session_id as string, Number(row.yjs_client_id)]));
}

async function readSnapshots(client: SupabaseClient, documentId: string): Promise<Snapshot[]> {
  const { data, error } = await client
    .from("document_snapshots")
    .select("upto_seq,state,sha256")
    .eq("document_id", documentId);
  if (error) throw new Error(`the snapshots of ${documentId}: ${error.message}`);
  return data.map((row) => ({
    uptoSeq: row.upto_seq,
    state: bytesOf(row.state),
    sha256: row.sha256.slice(2),
  }));
}

async function readBlocks(client: SupabaseClient, documentId: string): Promise<StoredDocument> {
  const blocks = await client
    .from("blocks")
    .select("id,parent_path,sort_order,type,content,plain_text")
    .eq("document_id", documentId);
  const document = await client.from("documents").select("title").eq("id", documentId).single();
  const error = blocks.error ?? document.error;
  if (error) throw new Error(`the blocks of ${documentId}: ${error.message}`);
  return { title: document.data?.title ?? "", rows: blocks.data as StoredRow[] };
}

export interface Case {
  /** As the service. */
  readonly client: SupabaseClient;
  /** Of the stand-in. */
  readonly url: string;
  readonly secretKey: string;
  readonly documentId: string;
  readonly book: Book;
  readonly history: History;
}

export interface Evidence {
  readonly log: readonly LogRow[];
  readonly flaws: readonly string[];
  readonly snapshots: number;
}

/** I4, I5, I6 and I8 of a document at rest, from what is stored alone. */
export async function flawsOfStored(client: SupabaseClient, documentId: string): Promise<string[]> {
  const [log, stored, snapshots] = await Promise.all([
    readLog(client, documentId),
    readBlocks(client, documentId),
    readSnapshots(client, documentId),
  ]);
  const doc = replayLog(log);
  const flaws = [
    ...flawsOfLog(log),
    ...flawsOfProjection(doc, stored),
    ...flawsOfTree(stored.rows.map(placeOf)),
  ];
  for (const snapshot of snapshots) flaws.push(...flawsOfSnapshot(log, snapshot));
  doc.destroy();
  return flaws;
}

/** Longer than a sweep of dead tabs' words takes to come round. */
const QUIET_MS = 40_000;
/** Between two looks at what takes a whole reading of the log. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 40));

/** I1 and I6 at this moment, also while people write: what was promised or shown before is in the log. */
export async function judgePromises({ client, documentId, book }: Case): Promise<string[]> {
  const promises = [...book.promises];
  const shown = [...book.shown];
  const log = await readLog(client, documentId);
  const early = flawsOfPromises(log, shown).map((flaw) => flaw.replace("acknowledged", "shown"));
  return [...new Set([...flawsOfPromises(log, promises), ...early, ...flawsOfLog(log)])];
}

/** Waits until all tabs have sent and read everything, and the blocks are written; then judges. */
export async function judge(
  scene: Case,
  living: readonly Tab[],
  gone: ReadonlySet<string> = new Set(),
): Promise<Evidence> {
  const wait = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<string[]> => {
    const isSettled = async () => living.some(isRefused) || (await isSo());
    const told = () => living.map(stateOf).join("; ");
    try {
      await until(isSettled, what, QUIET_MS);
    } catch (error) {
      return [`I2 ${error instanceof Error ? error.message : error}; ${told()}`];
    }
    return living.some(isRefused) ? [`I3 words of an honest writer are refused for good: ${told()}`] : [];
  };
  let log: LogRow[] = [];
  let replay = replayLog(log);
  const agree = async () => {
    await pause();
    log = await readLog(scene.client, scene.documentId);
    replay.destroy();
    replay = replayLog(log);
    return living.every((tab) => tab.isQuiet && isSame(tab.session.doc, replay));
  };
  const isSent = async () => {
    await pause();
    const isEmpty = await Promise.all(living.map((tab) => tab.hasNothingKept()));
    return living.every((tab) => tab.isQuiet) && !isEmpty.includes(false);
  };
  const sent = await wait(isSent, "everything is sent");
  const read = sent.length > 0 ? [] : await wait(agree, "all replicas have read the log");
  const flaws = [...sent, ...read, ...(await judgePromises(scene)), ...scene.history.broken];
  // What follows would only wait for what cannot come.
  if (flaws.length > 0) return { log, flaws, snapshots: 0 };
  const replicas = living.map((tab) => ({ name: tab.name, doc: tab.session.doc }));
  flaws.push(...flawsOfReplicas([{ name: "the log", doc: replay }, ...replicas]));
  flaws.push(...flawsOfText(scene, log, replay, gone));
  flaws.push(...(await flawsOfRows(scene, replay)));
  const snapshots = await readSnapshots(scene.client, scene.documentId);
  for (const snapshot of snapshots) flaws.push(...flawsOfSnapshot(log, snapshot));
  replay.destroy();
  return { log, flaws, snapshots: snapshots.length };
}

function flawsOfText(
  { book, history }: Case,
  log: readonly LogRow[],
  replay: Y.Doc,
  gone: ReadonlySet<string>,
): string[] {
  const stored = new Set(log.flatMap(({ data }) => safeMarkersIn(data)));
  const lied = [...book.saved].filter(
    (marker) => !stored.has(marker) && !history.removed.has(marker) && !book.volatile.has(marker),
  );
  const removed = new Set([...history.removed, ...book.volatile, ...gone]);
  const found = markersOfDocument(replay);
  const lost = [...history.typed.keys()].filter((marker) => !removed.has(marker) && !found.includes(marker));
  return [
    ...flawsOfMarkers({ typed: history.typed.keys(), removed, found }),
    ...lost.map((marker) => `I3 ${traceOf(marker, { book, history, log })}`),
    ...lied.map((marker) => `I1 a tab said Saved and U+${marker.codePointAt(0)?.toString(16)} is not stored`),
  ];
}

/** How far a marker came. */
function traceOf(
  marker: string,
  { book, history, log }: Pick<Case, "book" | "history"> & { log: readonly LogRow[] },
): string {
  const rows = log
    .filter(({ data }) => safeMarkersIn(data).includes(marker))
    .map(({ seq, sessionId }) => `${seq} of ${sessionId}`);
  const author = history.typed.get(marker)?.doc.clientID;
  const said = [
    book.acknowledged.has(marker) ? "acknowledged" : "",
    book.saved.has(marker) ? "told as saved" : "",
  ];
  return `(U+${marker.codePointAt(0)?.toString(16)} was typed by client ${author}, ${said.join(" ")}, is in rows ${rows.join(", ") || "none"})`;
}

/** Hostile bytes hold no marker of ours. */
function safeMarkersIn(data: Uint8Array): string[] {
  try {
    return markersIn(data);
  } catch {
    return [];
  }
}

export function markersOfDocument(doc: Y.Doc): string[] {
  const map = new BlockMap(doc);
  const text = map.outline().items.map(({ id }) => textOf(map.runs(id)));
  map.destroy();
  return markersOf(text.join(""));
}

async function flawsOfRows(scene: Case, replay: Y.Doc): Promise<string[]> {
  const { client, documentId, url, secretKey } = scene;
  let wokenAt = performance.now();
  const isProjected = async () => {
    await pause();
    const { data } = await client
      .from("document_heads")
      .select("last_seq,projected_seq")
      .eq("document_id", documentId)
      .single();
    if (data !== null && data.last_seq === data.projected_seq) return true;
    if (performance.now() - wokenAt > 1_000) {
      wokenAt = performance.now();
      await wakeProjection(url, secretKey, documentId);
    }
    return false;
  };
  try {
    await until(isProjected, "the blocks of all rows", QUIET_MS * 2);
  } catch (error) {
    return [`I4 ${error instanceof Error ? error.message : error}`];
  }
  const stored = await readBlocks(client, documentId);
  return [...flawsOfProjection(replay, stored), ...flawsOfTree(stored.rows.map(placeOf))];
}

/** As cron does in production: somebody looks whether work was left. */
async function wakeProjection(url: string, secretKey: string, documentId: string): Promise<void> {
  const headers = { apikey: secretKey, "content-type": "application/json" };
  const body = JSON.stringify({ documentId });
  await fetch(`${url}/functions/v1/process-block`, { method: "POST", headers, body })
    .then((answer) => answer.body?.cancel())
    .catch(() => undefined);
}

const vectorOf = (doc: Y.Doc) =>
  [...doc.store.clients.keys()]
    .sort((a, b) => a - b)
    .map((id) => `${id}:${clockOf(doc, id)}`)
    .join();
const clockOf = (doc: Y.Doc, id: number) => {
  const last = doc.store.clients.get(id)?.at(-1);
  return last === undefined ? 0 : last.id.clock + last.length;
};
/** A row that only deletes moves no clock: the content tells whether it has been read. */
const isSame = (one: Y.Doc, other: Y.Doc) =>
  vectorOf(one) === vectorOf(other) && contentOf(one) === contentOf(other);

/** Final, and never right for a client of ours. */
function isRefused(tab: Tab): boolean {
  const { problem } = tab.session.status.getSnapshot();
  return problem === "refused" || problem === "corrupt" || problem === "too-large";
}

function stateOf(tab: Tab): string {
  const { status, reason, unsent } = tab.session.saveState.getSnapshot();
  const { phase, problem, connection } = tab.session.status.getSnapshot();
  return `${tab.name} ${phase} ${connection} ${problem ?? ""} ${status} ${reason ?? ""} unsent ${unsent}`;
}

export const sizeOf = (value: unknown): number =>
  value === null || value === undefined ? 0 : JSON.stringify(value).length;
