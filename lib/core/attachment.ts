/**
 * Pictures and files as blocks of the types "image" and "file". The bytes lie in Storage's bucket `attachments`; the
 * block holds where, and what a page needs before they come; its own text is the caption.
 *
 *   attachment   `<documentId>/<attachmentId>`: the object's name in the bucket, and never another address
 *   name, mime   what the file was called, and what its bytes are
 *   size         in bytes
 *   width, height, alt   of pictures: pixels, and the words for those who do not see it
 *
 * Values come from other people's bytes: `readAttachment` is the one door, and nothing throws.
 */
import type { Json } from "./block-tree.ts";

export const IMAGE = "image";
export const FILE = "file";
export const BUCKET = "attachments";
/** Bytes; the bucket's own limit (20261122000300_attachments.sql). */
export const MOST_BYTES = 52_428_800;

export type AttachmentType = typeof IMAGE | typeof FILE;
export const isAttachmentType = (type: unknown): type is AttachmentType => type === IMAGE || type === FILE;

export type AttachmentKey = string & { readonly __brand: "AttachmentKey" };

const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isAttachmentKey = (value: unknown): value is AttachmentKey =>
  typeof value === "string" && KEY.test(value);

/** Throws when one of them is no uuid in small letters. */
export function attachmentKey(documentId: string, attachmentId: string): AttachmentKey {
  const key = `${documentId}/${attachmentId}`;
  if (!isAttachmentKey(key)) throw new TypeError(`Not the name of an attachment: ${key.slice(0, 100)}`);
  return key;
}

export type Attachment = {
  readonly key: AttachmentKey | null;
  readonly name: string;
  readonly mime: string;
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly alt: string;
};

const MOST_PIXELS = 100_000;
const MOST_LETTERS = 1_000;

export function readAttachment(props: Readonly<Record<string, unknown>>): Attachment {
  const { attachment, width, height } = props;
  const isSized = isCount(width, MOST_PIXELS) && isCount(height, MOST_PIXELS);
  return {
    key: isAttachmentKey(attachment) ? attachment : null,
    name: words(props.name),
    mime: words(props.mime),
    size: isCount(props.size, Number.MAX_SAFE_INTEGER) ? props.size : null,
    width: isSized ? width : null,
    height: isSized ? height : null,
    alt: words(props.alt),
  };
}

/** The attributes of a block that holds this. */
export function attachmentProps(attachment: Attachment): Record<string, Json> {
  const { key, ...rest } = attachment;
  const all = Object.entries({ attachment: key, ...rest });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== ""));
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= most;

/** One line without blanks at its ends. */
function words(value: unknown): string {
  if (typeof value !== "string") return "";
  return value
    .slice(0, MOST_LETTERS)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}
