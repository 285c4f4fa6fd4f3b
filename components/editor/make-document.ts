/** A new document of content that was made elsewhere, with its pictures and files. */
import type { AttachmentKey } from "../../lib/core/attachment.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { MAX_TITLE_LENGTH } from "../../lib/core/projection.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { noteEvent } from "../../lib/vitals/note-event.ts";
import { bringFiles } from "./attachments/bring-files.ts";
import { withOwnCopies } from "./attachments/own-copies.ts";
import { copyFile } from "./attachments/storage-door.ts";
import { fillDocument } from "./fill-document.ts";

/** Who does it, and where. */
export type Place = { readonly userId: string; readonly workspaceId: string };

export type NewDocument = {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly BlockNode[];
  /** Where it stands in the tree; null: at the top, at the end. */
  readonly parentId?: string | null;
  readonly afterId?: string | null;
  /** Files of its blocks, by the keys that they name. */
  readonly files?: ReadonlyMap<AttachmentKey, File>;
};

/** Resolves when all of it is stored, with a sentence for each file that was not taken. Throws a sentence. */
export async function makeDocument(place: Place, whole: NewDocument): Promise<readonly string[]> {
  const { id, title, parentId = null, afterId = null, files = new Map() } = whole;
  const supabase = await browserSupabase();
  const { error } = await supabase.rpc("create_document", {
    p_workspace_id: place.workspaceId,
    p_id: id,
    p_title: title.slice(0, MAX_TITLE_LENGTH),
    ...(parentId === null ? {} : { p_parent_id: parentId }),
    ...(afterId === null ? {} : { p_after_id: afterId }),
  });
  if (error) throw new Error("The server refused a new document. Nothing was created.");
  noteEvent("create");
  try {
    const brought = await bringFiles(whole.blocks, files);
    const blocks = await withOwnCopies(brought.blocks, id, copyFile);
    await fillDocument({ documentId: id, userId: place.userId }, { title, blocks });
    return brought.problems;
  } catch (cause) {
    // half a document is worse than none: it goes to the trash, where it can still be had
    await supabase.rpc("trash_document", { p_document_id: id });
    throw new Error(
      "The connection broke while the file was stored. What was stored of it is in the trash.",
      { cause },
    );
  }
}
