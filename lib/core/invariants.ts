/**
 * What must hold after any history, however the network, the disk and the processes failed in it. Each function judges
 * plain data and returns a sentence for each flaw, beginning with the invariant's id; none means that it holds.
 *
 *   I1  every acknowledged update is in the log, once, as it was promised
 *   I2  all replicas have converged
 *   I3  every typed marker is there exactly once, or a recorded operation took it away
 *   I4, I5  of the rows of `blocks`: invariants-of-blocks.ts
 *   I6  the log has no gap and every sum is right
 *   I7  who is not allowed reads 0 bytes and writes 0 rows
 *   I8  snapshot and tail give what the whole log gives
 *   I10 undo removes nobody else's text
 *
 * (I9, the embeddings' hashes, is the database's to judge.)
 */
import * as Y from "yjs";
import { contentOf } from "./document-content.ts";
import { admitUpdate, createGuardState } from "./guard.ts";
import type { LogRow, Snapshot } from "./protocol.ts";
import { readAsWritten } from "./read-as-written.ts";
import { sha256Hex } from "./sha256.ts";

/** What the server promised of one update: that it stands at `seq` with this sum; 0: somewhere, in a snapshot by now. */
export type Acknowledged = {
  readonly sessionId: string;
  readonly clientSeq: number;
  readonly seq: number;
  readonly sha256: string;
};

export type Replica = { readonly name: string; readonly doc: Y.Doc };

/** What the log says: the rows that the guard takes, in their order. `log` is ordered by seq. */
export function replayLog(log: readonly LogRow[], from: Snapshot | null = null): Y.Doc {
  const doc = new Y.Doc({ guid: "log" });
  readAsWritten(doc);
  if (from !== null) Y.applyUpdate(doc, from.state);
  const accepted = createGuardState(Y.encodeStateVector(doc));
  for (const row of log) {
    if (row.seq > (from?.uptoSeq ?? 0) && admitUpdate(accepted, row).ok) Y.applyUpdate(doc, row.data);
  }
  return doc;
}

/** I1. Also without a promise no update may stand in the log twice. */
export function flawsOfPromises(log: readonly LogRow[], promises: Iterable<Acknowledged>): string[] {
  const nameOf = (of: { sessionId: string; clientSeq: number }) => `${of.sessionId}/${of.clientSeq}`;
  const found = new Map<string, LogRow>();
  const flaws: string[] = [];
  for (const row of log) {
    const other = found.get(nameOf(row));
    if (other !== undefined)
      flaws.push(`I1 update ${nameOf(row)} is in the log twice: ${other.seq}, ${row.seq}`);
    found.set(nameOf(row), row);
  }
  for (const promised of promises) {
    const row = found.get(nameOf(promised));
    const what = `I1 acknowledged update ${nameOf(promised)}`;
    if (row === undefined) flaws.push(`${what} is not in the log: ${promised.seq} was promised`);
    else if (promised.seq === 0) continue;
    else if (row.seq !== promised.seq)
      flaws.push(`${what} stands at ${row.seq}, promised was ${promised.seq}`);
    else if (row.sha256 !== promised.sha256) flaws.push(`${what} has other bytes than were sent`);
  }
  return flaws;
}

/** I2. Every replica is compared with the first: give the log's own replay first. */
export function flawsOfReplicas(replicas: readonly Replica[]): string[] {
  const [first, ...others] = replicas;
  if (first === undefined) return ["I2 there is no replica"];
  const [vector, content] = [stateVectorOf(first.doc), contentOf(first.doc)];
  const waiting = replicas.filter(
    ({ doc }) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
  );
  const apart = others.flatMap(({ name, doc }) => {
    const [read, said] = [stateVectorOf(doc), contentOf(doc)];
    if (read !== vector) return [`I2 ${name} has read ${read}, ${first.name} ${vector}`];
    return said === content ? [] : [`I2 ${name} and ${first.name} differ: ${difference(said, content)}`];
  });
  return [...waiting.map(({ name }) => `I2 ${name} has edits that wait for others`), ...apart];
}

export type Markers = {
  readonly typed: Iterable<string>;
  /** Those that a recorded operation took away, or that nobody promised to keep: they may be gone. */
  readonly removed: ReadonlySet<string>;
  /** All that stand in the document, as often as they do. */
  readonly found: Iterable<string>;
};

/** I3. */
export function flawsOfMarkers({ typed, removed, found }: Markers): string[] {
  const counts = new Map<string, number>();
  for (const marker of found) counts.set(marker, (counts.get(marker) ?? 0) + 1);
  const flaws: string[] = [];
  for (const marker of typed) {
    const count = counts.get(marker) ?? 0;
    if (count > 1) flaws.push(`I3 marker ${readable(marker)} is there ${count} times`);
    else if (count === 0 && !removed.has(marker)) flaws.push(`I3 marker ${readable(marker)} is lost`);
  }
  return flaws;
}

/** I6. */
export function flawsOfLog(log: readonly LogRow[]): string[] {
  return log.flatMap((row, index) => {
    const flaws = row.seq === index + 1 ? [] : [`I6 row ${index + 1} of the log has seq ${row.seq}`];
    if (sha256Hex(row.data) !== row.sha256) flaws.push(`I6 the sum of row ${row.seq} is wrong`);
    return flaws;
  });
}

/** What came of an attempt by somebody who may not. */
export type Attempt = {
  readonly who: string;
  readonly what: string;
  /** Of the content that they were given. */
  readonly bytesRead: number;
  /** That exist because of it. */
  readonly rowsWritten: number;
};

/** I7. */
export function flawsOfAttempts(attempts: Iterable<Attempt>): string[] {
  return [...attempts].flatMap(({ who, what, bytesRead, rowsWritten }) => [
    ...(bytesRead > 0 ? [`I7 ${who}, ${what}: read ${bytesRead} bytes`] : []),
    ...(rowsWritten > 0 ? [`I7 ${who}, ${what}: wrote ${rowsWritten} rows`] : []),
  ]);
}

/** I8. `log` is the whole log. */
export function flawsOfSnapshot(log: readonly LogRow[], snapshot: Snapshot): string[] {
  if (sha256Hex(snapshot.state) !== snapshot.sha256)
    return [`I8 the sum of snapshot ${snapshot.uptoSeq} is wrong`];
  const [whole, short] = [replayLog(log), replayLog(log, snapshot)];
  const flaws = flawsOfReplicas([
    { name: "the whole log", doc: whole },
    { name: `snapshot ${snapshot.uptoSeq} with its tail`, doc: short },
  ]).map((flaw) => flaw.replace(/^I2/, "I8"));
  for (const doc of [whole, short]) doc.destroy();
  return flaws;
}

/** One undo (or redo): the markers before and after it, and who typed each. */
export type Undone = {
  readonly who: string;
  readonly before: Iterable<string>;
  readonly after: Iterable<string>;
  readonly authorOf: (marker: string) => string | undefined;
};

/** I10. */
export function flawsOfUndo({ who, before, after, authorOf }: Undone): string[] {
  const left = new Set(after);
  return [...before].flatMap((marker) => {
    const author = authorOf(marker);
    if (author === undefined || author === who || left.has(marker)) return [];
    return [`I10 undo by ${who} took away ${readable(marker)} of ${author}`];
  });
}

function stateVectorOf(doc: Y.Doc): string {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b);
  return clocks.map(([client, clock]) => `${client}:${clock}`).join(" ");
}

/** Where two texts part, and a little of each. */
function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - 40);
  return `…${one.slice(from, at + 60)}… | …${other.slice(from, at + 60)}…`;
}

/** A marker of one odd character by its number. */
function readable(marker: string): string {
  return /^[\x21-\x7e]+$/.test(marker) ? marker : `U+${marker.codePointAt(0)?.toString(16)}`;
}
