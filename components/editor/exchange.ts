/** Files in and out of a workspace, with the sentences that say what came of it. Loaded when it is first needed. */
import type { ExportNode } from "../../lib/exchange/plan-export.ts";
import { noteEvent } from "../../lib/vitals/note-event.ts";
import { isAnswering } from "../ui/go.tsx";
import { saveFile } from "../ui/save-file.ts";
import { type CopyPlace, duplicateTree } from "./duplicate-tree.ts";
import { fileNameOf } from "./export-document.ts";
import { exportTree } from "./export-tree.ts";
import { importTree, type TreeWishes } from "./import-tree.ts";
import { makeDocument, type NewDocument, type Place } from "./make-document.ts";
import { readDocument } from "./read-document.ts";

const count = (number: number, what: string): string => (number === 1 ? `One ${what}` : `${number} ${what}s`);

export async function importInto(place: Place, files: readonly File[], wishes: TreeWishes) {
  const { made, firstId, problems } = await importTree(place, files, wishes);
  const done = `${count(made, "document")} ${made === 1 ? "was" : "were"} imported`;
  return {
    firstId,
    problems,
    sentence: wishes.signal.aborted ? `${done}; then it was stopped.` : `${done}.`,
  };
}

/** @param hasUnsent whether words of this page are still on their way: they would be missing in the copy. */
export async function duplicateIn(
  place: Place,
  node: ExportNode,
  where: CopyPlace,
  hasUnsent: () => Promise<boolean>,
  wishes: TreeWishes,
) {
  await needConnection();
  for (let tries = 0; await hasUnsent(); tries++) {
    if (tries === UNSENT_TRIES)
      throw new Error("Words of this page are not saved yet, and would be missing. Try again once they are.");
    await new Promise((resolve) => setTimeout(resolve, UNSENT_PAUSE_MS));
  }
  const door = {
    read: (documentId: string) => readDocument({ documentId, userId: place.userId }, wishes.signal),
    make: (whole: NewDocument) => makeDocument(place, whole),
  };
  const { made, firstId, problems } = await duplicateTree(node, where, door, wishes);
  const done = `${count(made, "document")} ${made === 1 ? "was" : "were"} duplicated`;
  const sentence = wishes.signal.aborted ? `${done}; then it was stopped.` : `${done}.`;
  return { firstId: made > 0 ? firstId : null, problems, sentence };
}

/** Documents are read from the server, which is waited for while the connection comes and goes. Throws a sentence. */
async function needConnection(): Promise<void> {
  if (!navigator.onLine && !(await isAnswering())) throw new Error("This needs a connection.");
}

const UNSENT_TRIES = 50;
const UNSENT_PAUSE_MS = 100;

type OwnData = {
  readonly documents: readonly {
    readonly id: string;
    readonly canRead: boolean;
    readonly title: string | null;
  }[];
};

/** All that is kept of a person, with the documents that they made and may still read. */
export async function exportOwn(userId: string, data: OwnData, wishes: TreeWishes) {
  const nodes = data.documents
    .filter(({ canRead }) => canRead)
    .map(({ id, title }) => ({ id, title: title ?? "", children: [] }));
  const account = new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`);
  const { zip, written, problems } = await exportTree(
    userId,
    nodes,
    wishes,
    new Map([["account.json", account]]),
  );
  if (!zip) return { sentence: "It was stopped. Nothing was saved.", problems: [] };
  saveFile("My data.zip", zip, "application/zip");
  noteEvent("export");
  return {
    sentence: `Your data was downloaded, with ${count(written, "document").toLowerCase()}.`,
    problems,
  };
}

export async function exportFrom(
  userId: string,
  name: string,
  nodes: readonly ExportNode[],
  wishes: TreeWishes,
) {
  await needConnection();
  const { zip, written, problems } = await exportTree(userId, nodes, wishes);
  if (wishes.signal.aborted) return { sentence: "It was stopped. Nothing was saved.", problems: [] };
  if (!zip) throw new Error(problems[0] ?? "There is no document to export.");
  saveFile(`${fileNameOf(name)}.zip`, zip, "application/zip");
  noteEvent("export");
  return { sentence: `${count(written, "document")} ${written === 1 ? "was" : "were"} exported.`, problems };
}
