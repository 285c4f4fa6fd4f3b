/** Pictures and files that come with an imported document: each is judged and stored before the document names it. */
import { type AttachmentKey, attachmentProps, isAttachmentKey } from "../../../lib/core/attachment.ts";
import type { BlockNode } from "../../../lib/core/block-tree.ts";
import type { Prepared, Refusal, Sent } from "../../../lib/editor/uploads.ts";
import { prepareFile } from "./prepare-file.ts";
import { sendFile } from "./storage-door.ts";

export type BringDoor = {
  readonly prepare: (file: File) => Promise<Prepared | Refusal>;
  readonly send: (key: AttachmentKey, blob: Blob) => Promise<Sent>;
};

const TRIES = 3;

const storage: BringDoor = {
  prepare: prepareFile,
  send: (key, blob) => sendFile(key, blob, () => undefined, new AbortController().signal),
};

export type Brought = { readonly blocks: BlockNode[]; readonly problems: readonly string[] };

/** A file that is not taken leaves its words, and a sentence that says why. */
export async function bringFiles(
  blocks: readonly BlockNode[],
  files: ReadonlyMap<AttachmentKey, File>,
  door: BringDoor = storage,
): Promise<Brought> {
  const stored = new Map<AttachmentKey, Prepared>();
  const problems: string[] = [];
  for (const [key, file] of files) {
    const prepared = await door.prepare(file);
    const refused = "sentence" in prepared ? prepared.sentence : await sendOrSay(key, prepared.blob, door);
    if (refused === null && !("sentence" in prepared)) stored.set(key, prepared);
    else problems.push(`“${file.name}” was left out. ${refused}`);
  }
  return { blocks: blocks.map((block) => settled(block, files, stored)), problems };
}

/** Null when it is stored. */
async function sendOrSay(key: AttachmentKey, blob: Blob, door: BringDoor): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const sent = await door.send(key, blob);
    if (sent.kind === "stored") return null;
    if (sent.kind === "refused") return sent.sentence;
    if (attempt === TRIES) return "The connection broke while it was stored.";
  }
}

function settled(
  block: BlockNode,
  files: ReadonlyMap<AttachmentKey, File>,
  stored: ReadonlyMap<AttachmentKey, Prepared>,
): BlockNode {
  const children = block.children.map((child) => settled(child, files, stored));
  const { attachment: key, alt } = block.attrs;
  const file = isAttachmentKey(key) ? files.get(key) : undefined;
  if (!isAttachmentKey(key) || !file) return { ...block, children };
  const prepared = stored.get(key);
  if (!prepared) {
    const words = typeof alt === "string" && alt !== "" ? alt : file.name;
    const text = block.text.length > 0 ? block.text : [{ text: words, marks: {} }];
    return { type: "paragraph", attrs: {}, text, children };
  }
  const name = typeof block.attrs.name === "string" ? block.attrs.name : prepared.about.name;
  const about = { ...prepared.about, name, key, alt: typeof alt === "string" ? alt : "" };
  return { ...block, type: prepared.type, attrs: attachmentProps(about), children };
}
