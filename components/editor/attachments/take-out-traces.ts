/**
 * Where and with what a picture was taken stands in the file beside the picture itself. It is taken out before the file
 * goes up: whoever may read a page need not learn where its writer lives. The picture's own bytes stay as they are.
 */

/** The file without it; null when there was none, or when the file is not built as it should be. */
export function takeOutTraces(bytes: Uint8Array, mime: string): Uint8Array<ArrayBuffer> | null {
  const kept = READERS[mime]?.(bytes) ?? null;
  const size = kept?.reduce((sum, part) => sum + part.length, 0);
  if (!kept || size === undefined || size >= bytes.length) return null;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of kept) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type Parts = readonly Uint8Array[];

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Parts | null>> = {
  "image/jpeg": keptOfJpeg,
  "image/png": keptOfPng,
  "image/webp": keptOfWebp,
};

const APP1 = 0xe1;
const APP2 = 0xe2;
const APP13 = 0xed;
const SCAN = 0xda;
const END = 0xd9;

/** Segments up to the end of the picture: what some cameras append are further pictures, with traces of their own. */
function keptOfJpeg(bytes: Uint8Array): Parts | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  for (let at = 2; ; ) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) return null;
    if (marker === END) return [...parts, bytes.subarray(at, at + 2)];
    const end = at + 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
    if (end > bytes.length || end < at + 4) return null;
    const segment = bytes.subarray(at, end);
    if (!isTrace(marker, segment)) parts.push(segment);
    else if (textAt(segment, 4, 4) === "Exif") parts.push(...orientationOnly(segment));
    at = end;
    if (marker === SCAN) {
      at = endOfScan(bytes, end);
      parts.push(bytes.subarray(end, at));
    }
  }
}

function isTrace(marker: number, segment: Uint8Array): boolean {
  return marker === APP1 || marker === APP13 || (marker === APP2 && textAt(segment, 4, 3) === "MPF");
}

/** In a scan 0xff is followed by zero or by a restart; anything else begins a segment. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length - 1; at++) {
    const next = bytes[at + 1] as number;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) break;
  }
  return at;
}

/** A picture that the camera held turned is shown upright by this one number: it stays. */
function orientationOnly(segment: Uint8Array): Uint8Array[] {
  const turned = orientationOf(segment.subarray(10));
  if (turned === null || turned === 1) return [];
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    turned,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const content = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return [new Uint8Array([0xff, APP1, 0, content.length + 2, ...content])];
}

function orientationOf(tiff: Uint8Array): number | null {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = textAt(tiff, 0, 2) === "II";
  try {
    const directory = view.getUint32(4, isLittle);
    const count = view.getUint16(directory, isLittle);
    for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
      if (view.getUint16(entry, isLittle) !== 0x0112) continue;
      const turned = view.getUint16(entry + 8, isLittle);
      return turned >= 1 && turned <= 8 ? turned : null;
    }
  } catch (error) {
    // a directory that leads out of its segment says nothing
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

const PNG_TRACES = new Set(["eXIf", "tEXt", "zTXt", "iTXt", "tIME"]);

function keptOfPng(bytes: Uint8Array): Parts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (textAt(bytes, 1, 3) !== "PNG") return null;
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const name = textAt(bytes, at + 4, 4);
    if (!PNG_TRACES.has(name)) parts.push(bytes.subarray(at, end));
    if (name === "IEND") return parts;
    at = end;
  }
  return null;
}

/** What the head says there is: the traces no more. */
const WEBP_TRACES = 0x08 | 0x04;

function keptOfWebp(bytes: Uint8Array): Parts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (textAt(bytes, 0, 4) !== "RIFF" || textAt(bytes, 8, 4) !== "WEBP") return null;
  const head = bytes.slice(0, 12);
  const parts: Uint8Array[] = [head];
  for (let at = 12; at < bytes.length; ) {
    if (at + 8 > bytes.length) return null;
    const size = view.getUint32(at + 4, true);
    const end = Math.min(bytes.length, at + 8 + size + (size % 2));
    if (at + 8 + size > bytes.length) return null;
    const name = textAt(bytes, at, 4);
    const chunk = name === "VP8X" ? bytes.slice(at, end) : bytes.subarray(at, end);
    if (name === "VP8X") chunk[8] = (chunk[8] ?? 0) & ~WEBP_TRACES;
    if (name !== "EXIF" && name !== "XMP ") parts.push(chunk);
    at = end;
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0) - 8;
  new DataView(head.buffer).setUint32(4, size, true);
  return parts;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
