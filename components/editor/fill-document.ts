/** Writes a whole document that was made elsewhere: an imported file, the first documents of a workspace. */
import type * as Y from "yjs";
import { DocumentSession } from "../../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../../lib/collab/outbox.ts";
import { setTitle } from "../../lib/collab/rename-document.ts";
import { createMemoryLocks } from "../../lib/collab/session-locks.ts";
import { insertText, lengthOf } from "../../lib/core/block-edit.ts";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import { type BlockNode, type TextRun, textOf } from "../../lib/core/block-tree.ts";
import { type BlockId, blockId, newBlockId } from "../../lib/core/ids.ts";
import { MAX_TITLE_LENGTH } from "../../lib/core/projection.ts";
import { headlessOptions, type SessionPlace } from "./open-session.ts";

/** UTF-16 units in one update: far below the log's limit of a million bytes, whatever the script. */
const MOST_UNITS = 150_000;

export type WholeDocument = { readonly title: string; readonly blocks: readonly BlockNode[] };

/**
 * Resolves when all of it is stored. Does nothing to a document that has content already.
 * Rejects with AppError (not_found, forbidden, unavailable, …).
 */
export async function fillDocument(place: SessionPlace, whole: WholeDocument): Promise<void> {
  const session = new DocumentSession({
    ...headlessOptions(place),
    outbox: Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
  });
  try {
    await session.ready;
    writeDocument(session.doc, whole);
    await session.whenSaved();
  } finally {
    await session.destroy();
  }
}

/** False where there was something already: then nothing was written. */
export function writeDocument(doc: Y.Doc, { title, blocks }: WholeDocument): boolean {
  const map = new BlockMap(doc);
  try {
    if (map.outline().items.length > 0) return false;
    setTitle(doc, title.slice(0, MAX_TITLE_LENGTH));
    for (const { nodes, behind } of parts(blocks.map(withIds)))
      doc.transact(() => insertTree(map, nodes.map(shortened), behind));
    const late = longRuns(blocks);
    map.outline().items.forEach(({ id }, index) => {
      const runs = late[index];
      if (runs) appendRest(map, id, runs);
    });
    return true;
  } finally {
    map.destroy();
  }
}

const unitsOf = (node: BlockNode): number =>
  textOf(node.text).length + 100 + node.children.reduce((sum, child) => sum + unitsOf(child), 0);

type Part = {
  readonly nodes: readonly BlockNode[] /** Null: at the end. */;
  readonly behind: BlockId | null;
};

/** Blocks in groups of one update each. Of a block with too much inside the rest follows behind its first children. */
function* parts(blocks: readonly BlockNode[], behind: BlockId | null = null): Generator<Part> {
  let place = behind;
  let group: BlockNode[] = [];
  let units = 0;
  const rest: { nodes: readonly BlockNode[]; behind: BlockId }[] = [];
  const end = function* (): Generator<Part> {
    if (group.length > 0) yield { nodes: group, behind: place };
    for (const { nodes, behind: last } of rest.splice(0)) yield* parts(nodes, last);
    place = idOf(group.at(-1)) ?? place;
    group = [];
    units = 0;
  };
  for (const block of blocks) {
    const own = unitsOf(block);
    if (units + own > MOST_UNITS) yield* end();
    if (own > MOST_UNITS && block.children.length > 1) {
      const [first, ...others] = block.children as [BlockNode, ...BlockNode[]];
      const [short, later] = divided(first);
      rest.push(...later, { nodes: others, behind: idOf(first) as BlockId });
      group.push({ ...block, children: [short] });
      yield* end();
    } else {
      group.push(block);
      units += own;
    }
  }
  yield* end();
}

/** A block with the first of what is inside it, and the rest. */
function divided(block: BlockNode): [BlockNode, { nodes: readonly BlockNode[]; behind: BlockId }[]] {
  const [first, ...others] = block.children;
  if (!first || unitsOf(block) <= MOST_UNITS) return [block, []];
  const [short, later] = divided(first);
  const rest = others.length > 0 ? [...later, { nodes: others, behind: idOf(first) as BlockId }] : later;
  return [{ ...block, children: [short] }, rest];
}

const idOf = (block: BlockNode | undefined): BlockId | null =>
  block?.id === undefined ? null : blockId(block.id);

const withIds = (block: BlockNode): BlockNode => ({
  ...block,
  id: block.id ?? newBlockId(),
  children: block.children.map(withIds),
});

/** A block too large for one update gets its text afterwards, piece by piece. */
function shortened(node: BlockNode): BlockNode {
  return { ...node, text: isLong(node) ? [] : node.text, children: node.children.map(shortened) };
}

const isLong = (node: BlockNode): boolean => textOf(node.text).length > MOST_UNITS;

/** In reading order: the runs of long blocks, null for the others. */
function longRuns(blocks: readonly BlockNode[]): (readonly TextRun[] | null)[] {
  return blocks.flatMap((block) => [isLong(block) ? block.text : null, ...longRuns(block.children)]);
}

function appendRest(map: BlockMap, id: Parameters<typeof insertText>[1], runs: readonly TextRun[]): void {
  for (const run of runs) {
    for (let at = 0; at < run.text.length; ) {
      let end = Math.min(run.text.length, at + MOST_UNITS);
      if (/[\uD800-\uDBFF]/.test(run.text[end - 1] ?? "")) end--;
      const text = run.text.slice(at, end);
      map.doc.transact(() => insertText(map, id, lengthOf(map, id), { text, marks: run.marks }));
      at = end;
    }
  }
}
