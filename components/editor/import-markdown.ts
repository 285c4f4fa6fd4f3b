/** A Markdown file becomes a document. */
import { readMarkdownFile } from "../../lib/markdown/read-markdown-file.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { withOwnCopies } from "./attachments/own-copies.ts";
import { copyFile } from "./attachments/storage-door.ts";
import { fillDocument } from "./fill-document.ts";

/** Who does it, and where. */
export type Place = { readonly userId: string; readonly workspaceId: string };

/** Resolves with the new document's id when all of it is stored. Throws a sentence for a file that it refuses. */
export async function importMarkdown({ userId, workspaceId }: Place, file: File): Promise<string> {
  const read = readMarkdownFile(new Uint8Array(await file.arrayBuffer()));
  if (!read.ok) throw new Error(read.reason);
  const title = read.title ?? file.name.replace(/\.(md|markdown|txt)$/i, "");
  const id = crypto.randomUUID();
  const { error } = await browserSupabase().rpc("create_document", {
    p_workspace_id: workspaceId,
    p_id: id,
    p_title: title.slice(0, 500),
  });
  if (error) throw new Error("The server refused a new document. Nothing was created.");
  try {
    const blocks = await withOwnCopies(read.blocks, id, copyFile);
    await fillDocument({ documentId: id, userId }, { title, blocks });
  } catch (cause) {
    // half a document is worse than none: it goes to the trash, where it can still be had
    await browserSupabase().rpc("trash_document", { p_document_id: id });
    throw new Error(
      "The connection broke while the file was stored. What was stored of it is in the trash.",
      { cause },
    );
  }
  return id;
}
