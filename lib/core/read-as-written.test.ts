import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { contentOf } from "./document-content.ts";
import { readAsWritten } from "./read-as-written.ts";

const BOLD = { bold: true };

function person(client: number, base?: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = client;
  if (base !== undefined) Y.applyUpdate(doc, base);
  return doc;
}

/** Two people make the same words bold at once, and the first takes it back without having heard of the other. */
function writeLog(first: number, second: number): Uint8Array[] {
  const ada = person(first);
  ada.getText("text").insert(0, "words");
  const log = [Y.encodeStateAsUpdate(ada)];
  const bob = person(second, log[0]);
  bob.on("update", (data: Uint8Array) => log.push(data));
  ada.on("update", (data: Uint8Array) => log.push(data));
  const undo = new Y.UndoManager(ada.getText("text"));
  ada.getText("text").format(0, 5, BOLD);
  bob.getText("text").format(0, 5, BOLD);
  undo.undo();
  return log;
}

function read(log: readonly Uint8Array[], prepare: (doc: Y.Doc) => void) {
  const doc = new Y.Doc();
  doc.getText("text");
  prepare(doc);
  let own = 0;
  doc.on("update", (_data: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
    if (local) own += 1;
  });
  for (const row of log) Y.applyUpdate(doc, row);
  return { content: contentOf(doc), own };
}

describe("reading a log", () => {
  const orders = [
    [1, 2],
    [2, 1],
  ] as const;

  it("RW1 adds nothing: however the log is read, the words are bold as the second person wanted", () => {
    for (const [first, second] of orders) {
      const log = writeLog(first, second);
      const oneByOne = read(log, readAsWritten);
      const atOnce = read([Y.mergeUpdates([...log])], readAsWritten);
      expect(oneByOne).toEqual({ content: expect.stringContaining('["words",{"bold":true}]'), own: 0 });
      expect(atOnce).toEqual(oneByOne);
    }
  });

  it("RW1 is needed: left to itself Yjs makes edits of its own, and another text of the same log", () => {
    const readings = orders.map(([first, second]) => read(writeLog(first, second), () => undefined));
    expect(readings.some(({ own }) => own > 0)).toBe(true);
    expect(readings.some(({ content }) => !content.includes("bold"))).toBe(true);
  });
});
