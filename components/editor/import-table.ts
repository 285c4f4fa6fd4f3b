/** A table in an archive → a document; a database's rows lead to their pages, which lie inside it. */
import { attachmentKey, attachmentProps, FILE, readAttachment } from "../../lib/core/attachment.ts";
import type { ArchiveFile } from "../../lib/exchange/archive.ts";
import type { PlannedDocument } from "../../lib/exchange/plan-import.ts";
import { type LinkOfRow, readCsv } from "../../lib/exchange/read-csv.ts";
import type { Whole } from "./import-tree.ts";

/** A table that is too large to be one is in its document as the file that it was. */
export function readTable(
  { id, name: title, children }: PlannedDocument,
  file: ArchiveFile,
  bytes: Uint8Array,
  workspaceId: string,
): Whole {
  const read = readCsv(bytes, rowsOf(children, workspaceId));
  if (read.ok) return { id, title, blocks: read.blocks, problems: [] };
  const key = attachmentKey(id, crypto.randomUUID());
  const name = file.parts.at(-1) ?? "";
  return {
    id,
    title,
    blocks: [
      { type: FILE, attrs: attachmentProps({ ...readAttachment({ name }), key }), text: [], children: [] },
    ],
    files: new Map([[key, new File([bytes as BlobPart], name)]]),
    problems: [`“${file.parts.join("/")}” is in its document as a file. ${read.reason}`],
  };
}

/** Notion cuts the names of files after some fifty signs; these are letters alone. */
const CUT_NAME = 30;

/** The pages of a database lie in its folder, by the names of its rows: without signs, and cut after so many letters. */
function rowsOf(children: readonly PlannedDocument[], workspaceId: string): LinkOfRow {
  const keyOf = (name: string) =>
    name
      .normalize("NFC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "");
  const ids = new Map<string, string | null>();
  for (const { id, name } of children) ids.set(keyOf(name), ids.has(keyOf(name)) ? null : id);
  ids.delete("");
  const cut = [...ids.keys()].filter((key) => key.length >= CUT_NAME);
  return (words) => {
    const key = keyOf(words);
    const id = ids.get(key) ?? ids.get(cut.find((name) => key.startsWith(name)) ?? "");
    return id ? `/w/${workspaceId}/d/${id}` : null;
  };
}
