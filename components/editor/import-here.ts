/** A Markdown file, a page in HTML, or a table in text becomes what an open document without blocks holds. */
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { titleOfFile } from "../../lib/exchange/plan-import.ts";
import { bringFiles } from "./attachments/bring-files.ts";
import { withOwnCopies } from "./attachments/own-copies.ts";
import { copyFile } from "./attachments/storage-door.ts";
import { writeDocument } from "./fill-document.ts";
import { readDocumentFile } from "./read-document-file.ts";

/**
 * Its title is the file's where the document has none. Resolves with a sentence for each picture that was not taken;
 * throws a sentence, and has changed nothing then. Nothing is written where somebody began meanwhile.
 */
export async function importHere(
  session: DocumentSession,
  documentId: string,
  file: File,
): Promise<readonly string[]> {
  const read = readDocumentFile(file.name, new Uint8Array(await file.arrayBuffer()), documentId);
  if (!read.ok) throw new Error(read.reason);
  const { blocks, problems } = await bringFiles(read.blocks, read.files);
  const whole = await withOwnCopies(blocks, documentId, copyFile);
  const title = session.doc.getText("title").toString() || (read.title ?? titleOfFile(file.name));
  if (!writeDocument(session.doc, { title, blocks: whole }))
    throw new Error("Somebody began to write here meanwhile. Nothing was changed.");
  return problems;
}
