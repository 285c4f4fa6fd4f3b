/** A Markdown file, a page in HTML, or a table in text becomes a document. */
import { titleOfFile } from "../../lib/exchange/plan-import.ts";
import { makeDocument, type Place } from "./make-document.ts";
import { readDocumentFile } from "./read-document-file.ts";

/** Resolves with the new document's id when all of it is stored. Throws a sentence for a file that it refuses. */
export async function importMarkdown(place: Place, file: File): Promise<string> {
  const id = crypto.randomUUID();
  const read = readDocumentFile(file.name, new Uint8Array(await file.arrayBuffer()), id);
  if (!read.ok) throw new Error(read.reason);
  const title = read.title ?? titleOfFile(file.name);
  await makeDocument(place, { ...read, id, title });
  return id;
}
