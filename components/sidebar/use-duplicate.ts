"use client";
import { useWork } from "../ui/use-work.tsx";
import type { Exchange } from "./exchange.ts";
import { useTree } from "./tree-context.tsx";
import { nodeOf } from "./tree-nodes.ts";
import { useDocumentActions } from "./use-document-actions.ts";

/** Makes a document once more, with all inside it, and opens the copy; `dialog` says how far it is. */
export function useDuplicate(workspaceId: string, exchange: Exchange) {
  const { rows, branches } = useTree();
  const { start, dialog } = useWork();
  const { open } = useDocumentActions(workspaceId);
  const duplicate = (id: string) =>
    start({
      title: "Duplicating",
      failed: "The document was not duplicated.",
      run: async (wishes) => {
        const where = { parentId: branches.parent.get(id) || null, afterId: id };
        const result = await exchange.duplicate(nodeOf(rows, branches, id), where, wishes);
        // what is missing is read first: another page takes this one's dialog along
        if (result.firstId && result.problems.length === 0) open(result.firstId);
        return result;
      },
    });
  return { duplicate, dialog };
}
