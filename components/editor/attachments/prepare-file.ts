/** Before a file goes out: what it is, whether it is taken, how large it is shown, and large pictures made smaller. */
import { FILE, IMAGE, MOST_BYTES } from "../../../lib/core/attachment.ts";
import { sizeInWords } from "../../../lib/editor/size-in-words.ts";
import type { Prepared, Refusal } from "../../../lib/editor/uploads.ts";
import { type FileKind, fileKind, HEAD_BYTES } from "./file-kind.ts";
import { fitEdges, needsReduction, reducePicture, type Size } from "./reduce-picture.ts";
import { takeOutTraces } from "./take-out-traces.ts";

const refuse = (sentence: string): Refusal => ({ sentence, canRetry: false });

export function tooLarge(bytes: number): string {
  return `This file is too large (${sizeInWords(bytes)}): it may have ${sizeInWords(MOST_BYTES)} at most. Nothing was changed.`;
}

/** How a reduction is told; the original stays with the person. */
export const reducedNote = (
  name: string,
  from: { bytes: number } & Size,
  to: { bytes: number } & Size,
): string =>
  `“${name}” was made smaller for the page: ${from.width} × ${from.height}, ${sizeInWords(from.bytes)} became ${to.width} × ${to.height}, ${sizeInWords(to.bytes)}. Your own file is as it was.`;

/** Of any size: a picture beyond this is refused before it is decoded. */
const MOST_DECODED = 150_000_000;

export async function prepareFile(file: File): Promise<Prepared | Refusal> {
  if (file.size > MOST_DECODED) return refuse(tooLarge(file.size));
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return {
      sentence: "This file cannot be read. Is it a folder, or was it moved? Nothing was changed.",
      canRetry: true,
    };
  }
  const kind = fileKind(head, file.name);
  if (!kind.ok) return refuse(kind.sentence);
  if (kind.isPicture) return preparePicture(file, kind);
  if (file.size > MOST_BYTES) return refuse(tooLarge(file.size));
  const about = { name: file.name, mime: kind.mime, size: file.size, width: null, height: null };
  return { type: FILE, blob: new Blob([file], { type: kind.mime }), about, note: null };
}

async function preparePicture(
  file: File,
  { mime, isMoving }: Extract<FileKind, { ok: true }>,
): Promise<Prepared | Refusal> {
  const blob = new Blob([file], { type: mime });
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    return refuse("This picture is damaged and cannot be shown. Nothing was changed.");
  }
  try {
    const { width, height } = bitmap;
    const name = file.name;
    const reduced =
      !isMoving && needsReduction(bitmap, blob.size) ? await reducePicture(bitmap, blob.size) : null;
    if (reduced) {
      const to = { bytes: reduced.blob.size, ...reduced.size };
      const about = { name, mime: reduced.blob.type, size: to.bytes, ...reduced.size };
      const note = reducedNote(name, { bytes: file.size, width, height }, to);
      return { type: IMAGE, blob: reduced.blob, about, note };
    }
    if (blob.size > MOST_BYTES) return refuse(tooLarge(blob.size));
    const clean = takeOutTraces(new Uint8Array(await blob.arrayBuffer()), mime);
    const own = clean ? new Blob([clean], { type: mime }) : blob;
    return {
      type: IMAGE,
      blob: own,
      about: { name, mime, size: own.size, ...fitEdges({ width, height }) },
      note: null,
    };
  } finally {
    bitmap.close();
  }
}
