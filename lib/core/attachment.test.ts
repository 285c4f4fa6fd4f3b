import { describe, expect, it } from "vitest";
import { attachmentKey, attachmentProps, isAttachmentKey, readAttachment } from "./attachment.ts";

const documentId = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const attachmentId = "7f3c1c9a-1111-4222-8333-444455556666";
const key = attachmentKey(documentId, attachmentId);

describe("attachments", () => {
  it("AT1 names an object of the bucket by two uuids, and nothing else", () => {
    expect(isAttachmentKey(key)).toBe(true);
    for (const forged of [
      `https://evil.example/${key}`,
      `//evil.example/${key}`,
      `${key}/..`,
      `../${key}`,
      key.toUpperCase(),
      `${key}?download`,
      `${key}\n`,
      documentId,
      `${documentId}/photo.png`,
      "",
      7,
      null,
      [key],
    ])
      expect(isAttachmentKey(forged), String(forged)).toBe(false);
    expect(() => attachmentKey(documentId, "photo.png")).toThrow(TypeError);
  });

  it("AT2 forged values are read as nothing, without an exception", () => {
    const nothing = { key: null, name: "", mime: "", size: null, width: null, height: null, alt: "" };
    expect(readAttachment({})).toEqual(nothing);
    const forged = {
      attachment: "javascript:x",
      name: 1,
      mime: {},
      size: -1,
      width: 1e9,
      height: 2,
      alt: [],
    };
    expect(readAttachment(forged)).toEqual(nothing);
    expect(readAttachment({ width: 10 }).width).toBeNull();
    expect(readAttachment({ width: 10, height: 0.5 })).toEqual(nothing);
    expect(readAttachment({ name: " a\u0000b\nc\ud800 " }).name).toBe("a b c\ufffd");
    expect(readAttachment({ alt: "x".repeat(5_000) }).alt).toHaveLength(1_000);
  });

  it("AT3 what is written is read back, and what is not known is not written", () => {
    const whole = { key, name: "sea.png", mime: "image/png", size: 9, width: 3, height: 2, alt: "The sea" };
    expect(readAttachment(attachmentProps(whole))).toEqual(whole);
    const bare = { key, name: "a.pdf", mime: "", size: null, width: null, height: null, alt: "" };
    expect(attachmentProps(bare)).toEqual({ attachment: key, name: "a.pdf" });
  });
});
