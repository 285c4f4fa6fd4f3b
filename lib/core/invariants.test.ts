/** Each invariant finds its planted violation and is silent on the nearest history that keeps it. */
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "./block-map.ts";
import { insertTree } from "./block-read.ts";
import { contentOf } from "./document-content.ts";
import { writeHistory } from "./guard-fixtures.ts";
import {
  type Acknowledged,
  flawsOfAttempts,
  flawsOfLog,
  flawsOfMarkers,
  flawsOfPromises,
  flawsOfReplicas,
  flawsOfSnapshot,
  flawsOfUndo,
  replayLog,
} from "./invariants.ts";
import {
  flawsOfProjection,
  flawsOfTree,
  type PlacedRow,
  placeOf,
  type StoredDocument,
  storedAs,
} from "./invariants-of-blocks.ts";
import { projectDocument } from "./projection.ts";
import type { LogRow, Snapshot } from "./protocol.ts";
import { sha256Hex } from "./sha256.ts";

function writeLog(): { log: LogRow[]; docs: Y.Doc[] } {
  const { log, clients } = writeHistory(7, 3, 60);
  const rows = log.map(({ yjsClientId, data }, index) => ({
    ...{ seq: index + 1, sessionId: `s${yjsClientId}`, clientSeq: index + 1 },
    ...{ yjsClientId, data, sha256: sha256Hex(data) },
  }));
  return { log: rows, docs: clients.map(({ doc }) => doc) };
}

const { log, docs } = writeLog();
const row = log[4] as LogRow;
const promises: Acknowledged[] = log.map(({ data, yjsClientId, ...promised }) => promised);
const promise = promises[4] as Acknowledged;

function snapshotAt(uptoSeq: number, doc = replayLog(log.slice(0, uptoSeq))): Snapshot {
  const state = Y.encodeStateAsUpdate(doc);
  return { uptoSeq, state, sha256: sha256Hex(state) };
}

/** A document of three blocks, one inside another. */
function writeBlocks(): Y.Doc {
  const doc = new Y.Doc();
  doc.getText("title").insert(0, "A title");
  const map = new BlockMap(doc);
  const node = (text: string) => ({
    ...{ type: "paragraph", attrs: { wide: true, tall: [1] }, children: [] },
    text: [{ text, marks: {} }],
  });
  insertTree(map, [{ ...node("outer"), children: [node("inner")] }, node("last")]);
  map.destroy();
  return doc;
}

describe("promises", () => {
  it("IV1 what was acknowledged is in the log once, where it was promised, with its bytes", () => {
    expect(flawsOfPromises(log, promises)).toEqual([]);
    expect(flawsOfPromises(log, [])).toEqual([]);
    expect(flawsOfPromises(log.toSpliced(4, 1), promises)).toEqual([
      expect.stringMatching(/^I1 .*not in the log/),
    ]);
    expect(flawsOfPromises(log, [{ ...promise, seq: 6 }])).toEqual([
      expect.stringMatching(/^I1 .*promised was 6/),
    ]);
    expect(flawsOfPromises(log, [{ ...promise, sha256: sha256Hex(new Uint8Array()) }])).toEqual([
      expect.stringMatching(/^I1 .*other bytes/),
    ]);
    expect(flawsOfPromises([...log, { ...row, seq: log.length + 1 }], [])).toEqual([
      expect.stringMatching(/^I1 .*twice/),
    ]);
  });
});

describe("replicas", () => {
  const named = (all: readonly Y.Doc[]) => all.map((doc, index) => ({ name: `p${index}`, doc }));

  it("IV2 replicas that read the whole log agree, one that lacks a row or a deletion does not", () => {
    expect(flawsOfReplicas(named([replayLog(log), ...docs]))).toEqual([]);
    expect(flawsOfReplicas([])).not.toEqual([]);
    expect(flawsOfReplicas(named([docs[0] as Y.Doc, replayLog(log.slice(0, -1))]))).toEqual([
      expect.stringMatching(/^I2 p1/),
    ]);
    const shorter = replayLog(log);
    shorter.getText("text").delete(0, 1);
    expect(flawsOfReplicas(named([docs[0] as Y.Doc, shorter]))).toEqual([
      expect.stringMatching(/^I2 p1 and p0 differ/),
    ]);
  });

  it("IV2 an edit that waits for another is seen", () => {
    const far = new Y.Doc();
    const updates: Uint8Array[] = [];
    far.on("update", (data: Uint8Array) => updates.push(data));
    for (const text of ["one", "two"]) far.getText("text").insert(0, text);
    const doc = replayLog(log);
    Y.applyUpdate(doc, updates[1] as Uint8Array);
    expect(flawsOfReplicas(named([doc]))).toEqual([expect.stringMatching(/^I2 p0 has edits that wait/)]);
  });

  it("IV3 content is what can be read: not how it was typed, but every mark, attribute and place", () => {
    const write = (work: (doc: Y.Doc) => void): string => {
      const doc = new Y.Doc();
      work(doc);
      return contentOf(doc);
    };
    const plain = write((doc) => doc.getText("t").insert(0, "abc"));
    const byLetter = write((doc) => {
      for (const letter of "cba") doc.getText("t").insert(0, letter);
    });
    expect(byLetter).toBe(plain);
    expect(
      write((doc) => [doc.getText("t").insert(0, "abxc"), doc.getText("t").delete(2, 1), doc.getMap("m")]),
    ).toBe(plain);
    const bold = write((doc) => doc.getText("t").insert(0, "abc", { bold: true }));
    expect(bold).not.toBe(plain);
    const linked = (href: object) => write((doc) => doc.getText("t").insertEmbed(0, href));
    expect(linked({ a: 1, b: { c: 2, d: 3 } })).toBe(linked({ b: { d: 3, c: 2 }, a: 1 }));
    expect(linked({ a: 1 })).not.toBe(linked({ a: 2 }));
    expect(write((doc) => doc.getMap("m").set("k", 1))).not.toBe(write((doc) => doc.getMap("m").set("k", 2)));
  });
});

describe("markers", () => {
  it("IV4 a marker is there once, or was taken away; twice is wrong in any case", () => {
    const judge = (found: string, removed = "") =>
      flawsOfMarkers({ typed: ["a", "b", "\ue001"], removed: new Set(removed), found });
    expect(judge("b\ue001xxa")).toEqual([]);
    expect(judge("a\ue001", "b")).toEqual([]);
    expect(judge("ab")).toEqual(["I3 marker U+e001 is lost"]);
    expect(judge("aba\ue001")).toEqual(["I3 marker a is there 2 times"]);
    expect(judge("aba\ue001", "a")).toEqual(["I3 marker a is there 2 times"]);
  });
});

describe("stored rows", () => {
  const doc = writeBlocks();
  const stored = storedAs(projectDocument(doc));
  const judge = (change: (copy: { title: string; rows: StoredDocument["rows"][number][] }) => unknown) => {
    const copy = structuredClone(stored) as Parameters<typeof change>[0];
    change(copy);
    return flawsOfProjection(doc, copy);
  };

  it("IV5 the rows and the title are the projection's, whatever the order of rows and keys", () => {
    expect(judge(({ rows }) => rows.reverse())).toEqual([]);
    const content = { text: [{ marks: {}, text: "outer" }], attrs: { tall: [1], wide: true } };
    expect(judge(({ rows }) => Object.assign(rows[0] as object, { content }))).toEqual([]);
    expect(judge((copy) => Object.assign(copy, { title: "Another" }))).toEqual([
      expect.stringMatching(/^I4 .*title/),
    ]);
    expect(judge(({ rows }) => rows.pop())).toEqual([expect.stringMatching(/^I4 .*is not stored/)]);
    expect(
      judge(({ rows }) => rows.push({ ...(rows[0] as never as object), id: "another" } as never)),
    ).toEqual(["I4 block another is stored and not in the log"]);
  });

  it.each([
    ["parent_path", "x"],
    ["sort_order", "Zz"],
    ["type", "quote"],
    ["content", { attrs: {}, text: [] }],
    ["plain_text", ""],
  ])("IV5 another %s is seen", (column, value) => {
    expect(judge(({ rows }) => Object.assign(rows[1] as object, { [column]: value }))).toEqual([
      expect.stringMatching(new RegExp(`^I4 .*another ${column}$`)),
    ]);
  });
});

describe("the tree", () => {
  const rows = storedAs(projectDocument(writeBlocks())).rows.map(placeOf);
  const judge = (change: (copy: PlacedRow[]) => unknown) => {
    const copy = [...rows];
    change(copy);
    return flawsOfTree(copy);
  };

  it("IV6 orphans, circles, wrong paths, shared keys, doubles and depth are seen", () => {
    const [outer, inner, last] = rows as [PlacedRow, PlacedRow, PlacedRow];
    expect(flawsOfTree(rows)).toEqual([]);
    expect(judge((copy) => copy.shift())).toEqual([expect.stringMatching(/^I5 .*leads nowhere/)]);
    expect(judge((copy) => copy.push(last))).toContain("I5 a block is there twice");
    expect(judge((copy) => copy.splice(2, 1, { ...last, sortOrder: outer.sortOrder }))).toEqual([
      expect.stringMatching(/^I5 .*shares the key/),
    ]);
    const label = (row: PlacedRow) => row.id.replaceAll("-", "");
    expect(judge((copy) => copy.splice(0, 1, { ...outer, parentPath: label(inner) })).join()).toMatch(
      /leads nowhere/,
    );
    expect(judge((copy) => copy.splice(0, 1, { ...outer, parentPath: label(outer) })).join()).toMatch(
      /inside itself/,
    );
    const chain = Array.from({ length: 33 }, (_, depth) => ({
      ...{ id: `b${depth}`, sortOrder: "a0" },
      parentPath: Array.from({ length: depth }, (_, above) => `b${above}`).join("."),
    }));
    expect(flawsOfTree(chain.slice(0, 32))).toEqual([]);
    expect(flawsOfTree(chain)).toEqual(["I5 block b32 is at depth 33"]);
  });
});

describe("the log", () => {
  it("IV7 a gap, a repeated seq and a changed byte are seen", () => {
    expect(flawsOfLog(log)).toEqual([]);
    expect(flawsOfLog(log.toSpliced(4, 1)).length).toBe(log.length - 5);
    expect(flawsOfLog(log.toSpliced(4, 0, row)).length).toBe(log.length - 4);
    const changed = row.data.map((byte, at) => (at === 3 ? byte ^ 1 : byte));
    expect(flawsOfLog(log.with(4, { ...row, data: changed }))).toEqual(["I6 the sum of row 5 is wrong"]);
  });

  it("IV8 a snapshot that lacks a row or has another state is seen", () => {
    const half = Math.floor(log.length / 2);
    expect(flawsOfSnapshot(log, snapshotAt(half))).toEqual([]);
    expect(flawsOfSnapshot(log, snapshotAt(log.length))).toEqual([]);
    const late = { ...snapshotAt(half - 3), uptoSeq: half };
    expect(flawsOfSnapshot(log, late).join()).toMatch(/^I8 /);
    const emptied = replayLog(log.slice(0, half));
    emptied.getText("text").delete(0, emptied.getText("text").length);
    expect(flawsOfSnapshot(log, snapshotAt(half, emptied)).join()).toMatch(/^I8 /);
    expect(flawsOfSnapshot(log, { ...snapshotAt(half), sha256: "0" })).toEqual([
      expect.stringMatching(/^I8 the sum/),
    ]);
  });
});

describe("what is not allowed", () => {
  it("IV9 one byte read and one row written are seen", () => {
    const attempt = { who: "a viewer", what: "append_updates", bytesRead: 0, rowsWritten: 0 };
    expect(flawsOfAttempts([attempt])).toEqual([]);
    expect(flawsOfAttempts([{ ...attempt, bytesRead: 1 }])).toEqual([
      "I7 a viewer, append_updates: read 1 bytes",
    ]);
    expect(flawsOfAttempts([{ ...attempt, rowsWritten: 2 }])).toEqual([
      "I7 a viewer, append_updates: wrote 2 rows",
    ]);
  });

  it("IV10 an undo may take back own words, and nobody else's", () => {
    const authors = new Map([
      ["m", "me"],
      ["o", "other"],
    ]);
    const judge = (after: string) =>
      flawsOfUndo({ who: "me", before: "xmo", after, authorOf: (marker) => authors.get(marker) });
    expect(judge("o")).toEqual([]);
    expect(judge("omn")).toEqual([]);
    expect(judge("xm")).toEqual(["I10 undo by me took away o of other"]);
  });
});
