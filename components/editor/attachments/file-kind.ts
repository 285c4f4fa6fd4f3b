/** What a file is, told by its first bytes; its name only tells apart what has the same bytes (office files, texts). */

export type FileKind =
  | { readonly ok: true; readonly mime: string; readonly isPicture: boolean; readonly isMoving: boolean }
  | { readonly ok: false; readonly sentence: string };

const PROGRAM =
  "SVG, HTML and XML files can carry programs, so they are not taken. Nothing was changed; a PNG or a zip of it can be added.";
const UNKNOWN =
  "Files of this kind are not taken. Nothing was changed; pack it into a zip file and add that.";

/** Enough for every signature here, and for the parts that say that a picture moves. */
export const HEAD_BYTES = 65_536;

const picture = (mime: string, isMoving = false): FileKind => ({ ok: true, mime, isPicture: true, isMoving });
const other = (mime: string): FileKind => ({ ok: true, mime, isPicture: false, isMoving: false });
const refused = (sentence: string): FileKind => ({ ok: false, sentence });

/** @param head the first HEAD_BYTES of the file, or all of it. */
export function fileKind(head: Uint8Array, name: string): FileKind {
  const ascii = (from: number, length: number) => String.fromCharCode(...head.subarray(from, from + length));
  const starts = (...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  if (head.length === 0) return refused("This file is empty. Nothing was changed.");
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))
    return picture("image/png", hasChunk(head, "acTL"));
  if (starts(0xff, 0xd8, 0xff)) return picture("image/jpeg");
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return picture("image/gif", true);
  if (ascii(0, 4) === "RIFF" && ascii(8, 4) === "WEBP")
    return picture("image/webp", isMovingWebp(head, ascii(12, 4)));
  if (ascii(0, 4) === "RIFF" && ascii(8, 4) === "WAVE") return other("audio/wav");
  if (ascii(4, 4) === "ftyp") return isoMedia(ascii(8, 4));
  if (ascii(0, 5) === "%PDF-") return other("application/pdf");
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6))
    return other(ZIPPED[endingOf(name)] ?? "application/zip");
  if (starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return compound(endingOf(name));
  if (ascii(0, 4) === "OggS") return other("audio/ogg");
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return other(endingOf(name) === "weba" ? "audio/webm" : "video/webm");
  if (ascii(0, 3) === "ID3" || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2))
    return other("audio/mpeg");
  return textKind(head, endingOf(name));
}

const endingOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

const OPEN_XML = "application/vnd.openxmlformats-officedocument";
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument";
const ZIPPED: Readonly<Record<string, string>> = {
  docx: `${OPEN_XML}.wordprocessingml.document`,
  xlsx: `${OPEN_XML}.spreadsheetml.sheet`,
  pptx: `${OPEN_XML}.presentationml.presentation`,
  odt: `${OPEN_DOCUMENT}.text`,
  ods: `${OPEN_DOCUMENT}.spreadsheet`,
  odp: `${OPEN_DOCUMENT}.presentation`,
};
const COMPOUND: Readonly<Record<string, string>> = {
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};
const TEXTS: Readonly<Record<string, string>> = {
  csv: "text/csv",
  md: "text/markdown",
  markdown: "text/markdown",
  json: "application/json",
};

function compound(ending: string): FileKind {
  const mime = COMPOUND[ending];
  return mime ? other(mime) : refused(UNKNOWN);
}

function isoMedia(brand: string): FileKind {
  if (brand === "avif") return picture("image/avif");
  if (brand === "avis") return picture("image/avif", true);
  if (/^(hei|hev|mif|msf)/.test(brand))
    return refused(
      "HEIC pictures cannot be shown by every browser. Nothing was changed; save it as JPEG and add that.",
    );
  if (brand === "qt  ") return other("video/quicktime");
  return other(/^M4[AB]/.test(brand) ? "audio/mp4" : "video/mp4");
}

/** The flag of animation in the first part of an extended WebP. */
const isMovingWebp = (head: Uint8Array, part: string): boolean =>
  part === "VP8X" && ((head[20] ?? 0) & 0x02) !== 0;

/** Walks the parts of a PNG up to its picture data. */
function hasChunk(head: Uint8Array, wanted: string): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 8; at + 8 <= head.length; ) {
    const name = String.fromCharCode(...head.subarray(at + 4, at + 8));
    if (name === wanted) return true;
    if (name === "IDAT") return false;
    at += 12 + view.getUint32(at);
  }
  return false;
}

const MARKUP = /^\s*<(?:[!?]|\/?[a-z])/i;

/** A text without zero bytes that is valid UTF-8 and begins with no tag. */
function textKind(head: Uint8Array, ending: string): FileKind {
  const text = decode(head);
  if (text === null) return refused(UNKNOWN);
  if (MARKUP.test(text)) return refused(PROGRAM);
  return other(TEXTS[ending] ?? "text/plain");
}

function decode(head: Uint8Array): string | null {
  if (head.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: head.length >= HEAD_BYTES });
  } catch {
    return null; // not a text: that is the answer
  }
}
