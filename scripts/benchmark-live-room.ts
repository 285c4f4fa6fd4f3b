/**
 * A room of the product: people on one document, each with a page of their own, typing in a paragraph of their own.
 * Shown means: in the block map of another's page. Stored means: the log acknowledged it.
 */
import * as Y from "yjs";
import type { DocumentSession } from "../lib/collab/document-session.ts";
import type { LogTransport } from "../lib/collab/transport.ts";
import { toBase64 } from "../lib/core/base64.ts";
import { insertText, lengthOf, spotAt } from "../lib/core/block-edit.ts";
import { BlockMap } from "../lib/core/block-map.ts";
import { insertTree } from "../lib/core/block-read.ts";
import type { BlockId } from "../lib/core/ids.ts";
import { updatesTopic } from "../lib/core/protocol.ts";
import { sha256Hex } from "../lib/core/sha256.ts";
import { type CpuSeconds, cpuBetween, cpuOf } from "./benchmark-live-cpu.ts";
import { type KeyFigures, KeyTimes, playKeys, type Room, type Script } from "./benchmark-live-keys.ts";
import {
  createDocument,
  openPage,
  type Person,
  type Team,
  untilTogether,
  waitUntil,
} from "./benchmark-live-people.ts";

export type Measured = KeyFigures & {
  readonly appends: number;
  readonly frameBytes: number;
  /** While they typed, in seconds. */
  readonly clientCpu: number;
  readonly serverCpu: CpuSeconds | null;
};

type Seat = { readonly page: DocumentSession; readonly map: BlockMap };

type Log = { appends: number; rows: number; bytes: number };

export interface OpenRoom {
  readonly room: Room;
  readonly times: KeyTimes;
  /** What went into the log since the room was opened. */
  readonly log: Readonly<Log>;
  readonly documentId: string;
  close(): Promise<void>;
}

/** Resolves when all of them are there and see each other's paragraphs. */
export async function openRoom(team: Team, people: readonly Person[]): Promise<OpenRoom> {
  const documentId = await createDocument(team);
  const times = new KeyTimes();
  // Where each person's keys end in their Yjs clock: an acknowledged update reaches up to one of them.
  const clocks = people.map((): number[] => []);
  const log: Log = { appends: 0, rows: 0, bytes: 0 };
  const pages = people.map((person, typist) => {
    const note = (clock: number) =>
      times.stored(typist, (clocks[typist] ?? []).filter((known) => known <= clock).length);
    return openPage(person, documentId, (transport) => noting(transport, log, note));
  });
  const close = async () => {
    await Promise.all(pages.map((page) => page.destroy()));
  };
  try {
    await Promise.all(pages.map((page) => page.ready));
    await untilTogether(pages);
    const seats = pages.map((page) => ({ page, map: new BlockMap(page.doc) }));
    const blocks = await layOut(seats);
    const room = createRoom(seats, blocks, times, clocks);
    Object.assign(log, { appends: 0, rows: 0, bytes: 0 });
    return { room, times, log, documentId, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param server Process id of the stand-in. */
export async function measureRoom(
  team: Team,
  size: number,
  script: Script,
  server: number | undefined,
): Promise<Measured> {
  const { room, times, log, documentId, close } = await openRoom(team, team.people.slice(0, size));
  try {
    const from = { own: process.cpuUsage(), server: cpuOf(server) };
    await playKeys(room, times, script, true);
    const own = process.cpuUsage(from.own);
    const cpu = {
      clientCpu: (own.user + own.system) / 1e6,
      serverCpu: cpuBetween(from.server, cpuOf(server)),
    };
    const frameBytes = frameLength(documentId, log.bytes / log.rows);
    return { ...times.figures(), ...cpu, appends: log.appends, frameBytes };
  } finally {
    await close();
  }
}

/** One paragraph for each, made by the first and waited for by all. */
async function layOut(seats: readonly Seat[]): Promise<BlockId[]> {
  const [first] = seats;
  if (!first) throw new Error("A room has at least one person.");
  const paragraphs = seats.map(() => ({ type: "paragraph", attrs: {}, text: [], children: [] }));
  const blocks = first.page.doc.transact(() => insertTree(first.map, paragraphs));
  await first.page.whenSaved();
  const isThere = ({ map }: Seat) => blocks.every((id) => map.has(id));
  await waitUntil(() => seats.every(isThere), "everybody has the paragraphs");
  return blocks;
}

function createRoom(
  seats: readonly Seat[],
  blocks: readonly BlockId[],
  times: KeyTimes,
  clocks: readonly number[][],
): Room {
  seats.forEach(({ map }, watcher) => {
    map.onChange(({ blocks: changed }) => {
      blocks.forEach((id, typist) => {
        if (typist !== watcher && changed.has(id)) times.shown(typist, watcher, lengthOf(map, id));
      });
    });
  });
  return {
    people: seats.length,
    press(typist) {
      const seat = seats[typist];
      const block = blocks[typist];
      const own = clocks[typist];
      if (!seat || !block || !own) throw new RangeError(`Nobody sits at ${typist}.`);
      const count = times.pressed(typist);
      typeOne(seat, block, count - 1, own);
    },
  };
}

/** The clock is noted inside the transaction: the update leaves with its end, and may be answered at any time after. */
function typeOne({ page, map }: Seat, block: BlockId, offset: number, clocks: number[]): void {
  const { doc } = page;
  doc.transact(() => {
    insertText(map, block, offset, { text: "x", marks: {} });
    clocks.push(Y.getState(doc.store, doc.clientID));
  });
  const spot = spotAt(map, block, offset + 1);
  const position = Y.relativePositionToJSON(
    Y.createRelativePositionFromTypeIndex(map.strandText(spot.strand), spot.at),
  );
  page.setCursor({ anchor: position, head: position }, block);
  page.keyPressed();
}

function noting(transport: LogTransport, log: Log, note: (clock: number) => void): LogTransport {
  return {
    ...transport,
    async append(documentId, sessionId, updates) {
      const answer = await transport.append(documentId, sessionId, updates);
      log.appends += 1;
      log.rows += updates.length;
      for (const { data } of updates) {
        log.bytes += data.length;
        for (const clock of Y.parseUpdateMeta(data).to.values()) note(clock);
      }
      return answer;
    },
  };
}

/** Length of the frame in which Realtime sends one row with that many bytes. */
function frameLength(documentId: string, bytes: number): number {
  const data = new Uint8Array(Math.round(bytes));
  const update = { seq: 100, clientSeq: 100, data: toBase64(data), sha256: sha256Hex(data) };
  const payload = {
    fromSeq: 100,
    toSeq: 100,
    sessionId: documentId,
    yjsClientId: 2 ** 31,
    updates: [update],
  };
  const topic = `realtime:${updatesTopic(documentId, 1)}`;
  return JSON.stringify([null, null, topic, "broadcast", { type: "broadcast", event: "update", payload }])
    .length;
}
