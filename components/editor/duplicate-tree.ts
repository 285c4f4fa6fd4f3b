/** A document with all inside it → the same once more, beside it. */
import { MAX_TITLE_LENGTH } from "../../lib/core/projection.ts";
import { blockIdsFor, copyBlocks } from "../../lib/exchange/copy-blocks.ts";
import type { ExportNode } from "../../lib/exchange/plan-export.ts";
import type { WholeDocument } from "./fill-document.ts";
import type { TreeWishes } from "./import-tree.ts";
import type { NewDocument } from "./make-document.ts";

export type CopyPlace = {
  readonly parentId: string | null;
  /** The document that the copy follows. */
  readonly afterId: string;
};
export type CopyDoor = {
  readonly read: (documentId: string) => Promise<WholeDocument>;
  /** Resolves with a sentence for each file that was not taken; throws a sentence. */
  readonly make: (whole: NewDocument) => Promise<readonly string[]>;
};
export type CopyReport = {
  readonly made: number;
  readonly firstId: string;
  /** A sentence each: what is missing, and why. */
  readonly problems: readonly string[];
};

/** Throws a sentence when there is not even a copy of the uppermost one. What is made stays, also when it is given up. */
export async function duplicateTree(
  node: ExportNode,
  place: CopyPlace,
  door: CopyDoor,
  { onProgress, signal }: TreeWishes,
): Promise<CopyReport> {
  const problems: string[] = [];
  const read = new Map<string, WholeDocument>();
  const all = allOf(node);
  for (const { id, title } of all) {
    if (signal.aborted) break;
    onProgress({ done: 0, all: all.length, name: title });
    try {
      read.set(id, await door.read(id));
    } catch (cause) {
      if (signal.aborted) break;
      if (id === node.id) throw cause;
      problems.push(missing(title, cause));
    }
  }
  const documents = new Map([...read.keys()].map((id) => [id, crypto.randomUUID()]));
  const ids = { documents, blocks: blockIdsFor([...read.values()].map(({ blocks }) => blocks)) };
  let made = 0;
  const make = async (one: ExportNode, parentId: string | null, afterId: string | null): Promise<void> => {
    const whole = read.get(one.id);
    const id = documents.get(one.id);
    if (!whole || !id || signal.aborted) return;
    onProgress({ done: made, all: all.length, name: one.title });
    const title = one === node ? titleOfCopy(whole.title) : whole.title;
    const blocks = copyBlocks(whole.blocks, ids);
    problems.push(...(await door.make({ id, title, blocks, parentId, afterId })));
    made++;
    let last: string | null = null;
    for (const child of one.children) {
      try {
        await make(child, id, last);
        last = documents.get(child.id) ?? last;
      } catch (cause) {
        problems.push(missing(child.title, cause));
      }
    }
  };
  await make(node, place.parentId, place.afterId);
  return { made, firstId: documents.get(node.id) ?? "", problems };
}

const OF_COPY = " (copy)";

/** Of a title that leaves no room for it the end goes. */
function titleOfCopy(title: string): string {
  const whole = title.trim() || "Untitled";
  const end = MAX_TITLE_LENGTH - OF_COPY.length;
  return `${whole.slice(0, end).replace(/[\ud800-\udbff]$/, "")}${OF_COPY}`;
}

const allOf = (node: ExportNode): ExportNode[] => [node, ...node.children.flatMap(allOf)];

const missing = (title: string, cause: unknown): string =>
  `“${title || "Untitled"}” is missing. ${cause instanceof Error ? cause.message : String(cause)}`;
