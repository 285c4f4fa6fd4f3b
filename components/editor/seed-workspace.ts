/**
 * The first documents of a workspace, written when its owner first opens it. One tab writes them (the server gives
 * the task out once), and their ids follow from the workspace's, so that a second try after a crash makes no others.
 */
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { blockId, toUuid } from "../../lib/core/ids.ts";
import { parseMarkdown } from "../../lib/markdown/parse-markdown.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import runbook from "../../RUNBOOK.md?text";
import { fillDocument } from "./fill-document.ts";
import type { Place } from "./make-document.ts";
import welcome from "./welcome.md?text";

export async function seedWorkspace({ userId, workspaceId }: Place): Promise<void> {
  const supabase = await browserSupabase();
  const { data: isMine, error } = await supabase.rpc("claim_workspace_seed", { p_workspace_id: workspaceId });
  if (error) throw new Error(error.message);
  if (isMine !== true) return;
  for (const [name, source] of [
    ["welcome", welcome],
    ["runbook", runbook],
  ] as const) {
    const id = await derivedId(workspaceId, name);
    const { title, blocks } = parseMarkdown(source);
    const made = await supabase.rpc("create_document", {
      p_workspace_id: workspaceId,
      p_id: id,
      p_title: title ?? name,
    });
    if (made.error) throw new Error(made.error.message);
    await fillDocument(
      { documentId: id, userId },
      { title: title ?? name, blocks: await withIds(blocks, id) },
    );
  }
  const finished = await supabase.rpc("finish_workspace_seed", { p_workspace_id: workspaceId });
  if (finished.error) throw new Error(finished.error.message);
}

/** A uuid that follows from its parts. */
async function derivedId(...parts: string[]): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("/"))),
  );
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return toUuid(blockId(hex));
}

async function withIds(blocks: readonly BlockNode[], path: string): Promise<BlockNode[]> {
  return Promise.all(
    blocks.map(async (block, index) => ({
      ...block,
      id: (await derivedId(path, String(index))).replaceAll("-", ""),
      children: await withIds(block.children, `${path}/${index}`),
    })),
  );
}
