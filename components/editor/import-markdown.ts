/** A Markdown file, or a page in HTML, becomes a document. */
import { makeDocument, type Place } from "./make-document.ts";
import { readDocumentFile } from "./read-document-file.ts";

/** Resolves with the new document's id when all of it is stored. Throws a sentence for a file that it refuses. */
export async function importMarkdown(place: Place, file: File): Promise<string> {
  const id = crypto.randomUUID();
  const read = readDocumentFile(file.name, new Uint8Array(await file.arrayBuffer()), id);
  if (!read.ok) throw new Error(read.reason);
  const title = read.title ?? file.name.replace(/\.(?:md|markdown|txt|html?)$/i, "");
  await makeDocument(place, { ...read, id, title });
  return id;
}
