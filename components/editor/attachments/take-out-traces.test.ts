import { describe, expect, it } from "vitest";
import { takeOutTraces } from "./take-out-traces.ts";

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const has = (bytes: Uint8Array, text: string) => Buffer.from(bytes).includes(text);

const segment = (marker: number, content: number[]) => [
  ...[0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255],
  ...content,
];
/** Little-endian, as most cameras write it: orientation, and a pointer to where the place stands. */
const exif = (turned: number) =>
  segment(0xe1, [
    ...[...ascii("Exif"), 0, 0, ...ascii("II"), 42, 0, 8, 0, 0, 0, 2, 0],
    ...[0x12, 0x01, 3, 0, 1, 0, 0, 0, turned, 0, 0, 0],
    ...[0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0],
    ...ascii("GPS 48.2082 N"),
  ]);
const profile = segment(0xe2, ascii("ICC_PROFILE colours"));
const scan = [...segment(0xda, [1, 2, 3]), 7, 0xff, 0, 8, 0xff, 0xd3, 9];
const jpeg = (...middle: number[][]) =>
  new Uint8Array([
    0xff,
    0xd8,
    ...middle.flat(),
    ...scan,
    ...segment(0xc4, [0xff, 0xd9]),
    ...scan,
    0xff,
    0xd9,
  ]);

const uint32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const chunk = (name: string, data: number[]) => [...uint32(data.length), ...ascii(name), ...data, 1, 2, 3, 4];
const png = (...middle: number[][]) =>
  new Uint8Array([
    0x89,
    ...ascii("PNG\r\n\x1a\n"),
    ...middle.flat(),
    ...chunk("IDAT", [5]),
    ...chunk("IEND", []),
  ]);

const riff = (name: string, data: number[]) => [
  ...ascii(name),
  ...uint32(data.length).reverse(),
  ...data,
  ...(data.length % 2 ? [0] : []),
];
const webp = (...chunks: number[][]) => {
  const body = [...ascii("WEBP"), ...chunks.flat()];
  return new Uint8Array([...ascii("RIFF"), ...uint32(body.length).reverse(), ...body]);
};

describe("pictures go up without where they were taken", () => {
  it("a JPEG keeps its colours, its picture and how it is turned; further pictures behind it go", () => {
    const motion = [...jpeg(exif(1)), ...ascii("trailer")];
    const traced = new Uint8Array([
      ...jpeg(
        exif(6),
        segment(0xe1, ascii("http://ns.adobe.com/xap/ Vienna")),
        profile,
        segment(0xe2, ascii("MPF")),
      ),
      ...motion,
    ]);
    const clean = takeOutTraces(traced, "image/jpeg") as Uint8Array;
    for (const trace of ["GPS", "Vienna", "MPF", "trailer"]) expect(has(clean, trace), trace).toBe(false);
    const minimal = [...ascii("Exif"), 0, 0, ...ascii("MM"), 0, 42, 0, 0, 0, 8, 0, 1];
    const turned = [...minimal, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    expect(clean).toEqual(jpeg(segment(0xe1, turned), profile));
    expect(takeOutTraces(clean, "image/jpeg")).toBeNull();
    expect(takeOutTraces(jpeg(exif(1), profile), "image/jpeg")).toEqual(jpeg(profile));
  });

  it("a PNG loses its notes and a WebP its chunks, and the head says so", () => {
    const head = chunk("IHDR", [1, 2, 3]);
    const traced = png(head, chunk("eXIf", ascii("GPS")), chunk("iTXt", ascii("Vienna")));
    expect(takeOutTraces(traced, "image/png")).toEqual(png(head));
    const picture = riff("VP8 ", [1, 2, 3]);
    const flags = (value: number) => riff("VP8X", [value, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
    const place = webp(flags(0x3c), picture, riff("EXIF", ascii("GPS")), riff("XMP ", ascii("Vienna")));
    expect(takeOutTraces(place, "image/webp")).toEqual(webp(flags(0x30), picture));
  });

  it("what has none, and what is not built as it should be, is left as it is", () => {
    expect(takeOutTraces(jpeg(profile), "image/jpeg")).toBeNull();
    expect(takeOutTraces(png(), "image/png")).toBeNull();
    expect(takeOutTraces(webp(riff("VP8 ", [1])), "image/webp")).toBeNull();
    const whole = jpeg(exif(3), profile);
    for (let length = 0; length < whole.length; length++) {
      for (const mime of ["image/jpeg", "image/png", "image/webp", "image/gif"])
        expect(takeOutTraces(whole.slice(0, length), mime), `${length} of ${mime}`).toBeNull();
    }
  });
});
