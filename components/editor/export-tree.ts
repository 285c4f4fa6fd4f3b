/** Documents, with all inside them, as a zip of Markdown with their pictures and files. */
import type { AttachmentKey } from "../../lib/core/attachment.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { packZip } from "../../lib/exchange/archive.ts";
import { type ExportNode, ExportPlan } from "../../lib/exchange/plan-export.ts";
import { ORDER_FILE } from "../../lib/exchange/plan-import.ts";
import { fetchPicture } from "./attachments/storage-door.ts";
import type { TreeWishes } from "./import-tree.ts";
import { readDocument } from "./read-document.ts";

export type ExportDoor = {
  readonly read: (documentId: string) => Promise<{ title: string; blocks: readonly BlockNode[] }>;
  readonly fetch: (key: AttachmentKey) => Promise<Blob>;
};
export type ExportReport = {
  readonly zip: Uint8Array<ArrayBuffer> | null;
  readonly written: number;
  readonly problems: readonly string[];
};

/** One archive is made in memory. */
const MOST_BYTES = 500_000_000;

export function exportTree(
  userId: string,
  nodes: readonly ExportNode[],
  wishes: TreeWishes,
  besides?: ReadonlyMap<string, Uint8Array>,
): Promise<ExportReport> {
  const door: ExportDoor = {
    read: (documentId) => readDocument({ documentId, userId }, wishes.signal),
    fetch: fetchPicture,
  };
  return exportNodes(nodes, door, wishes, besides);
}

/** `zip` is null when it was given up, or when nothing could be read and there is nothing besides. */
export async function exportNodes(
  nodes: readonly ExportNode[],
  door: ExportDoor,
  { onProgress, signal }: TreeWishes,
  besides: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<ExportReport> {
  const plan = new ExportPlan(nodes);
  const files = new Map<string, Uint8Array>(besides);
  const problems: string[] = [];
  let written = 0;
  let bytes = 0;
  const add = (path: string, content: Uint8Array) => {
    bytes += content.length;
    if (bytes > MOST_BYTES) throw new Error("Together they have more than 500 MB: export them in parts.");
    files.set(path, content);
  };
  const all = plan.paths.size;
  for (const [id, parts] of plan.paths) {
    if (signal.aborted) return { zip: null, written, problems };
    const path = parts.join("/");
    onProgress({ done: written, all, name: path });
    try {
      const text = plan.write(id, await door.read(id));
      add(path, new TextEncoder().encode(text));
      written++;
    } catch (cause) {
      problems.push(`“${path}” is missing. ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  for (const [path, key] of plan.attachments) {
    if (signal.aborted) return { zip: null, written, problems };
    onProgress({ done: written, all, name: path });
    try {
      add(path, new Uint8Array(await (await door.fetch(key)).arrayBuffer()));
    } catch (cause) {
      problems.push(`“${path}” is missing. ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  if (written === 0 && besides.size === 0) return { zip: null, written, problems };
  add(ORDER_FILE, new TextEncoder().encode(plan.order));
  return { zip: packZip(files), written, problems };
}
