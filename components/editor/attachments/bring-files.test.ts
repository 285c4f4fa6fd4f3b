import { describe, expect, it } from "vitest";
import { attachmentKey } from "../../../lib/core/attachment.ts";
import type { BlockNode, Json } from "../../../lib/core/block-tree.ts";
import type { Sent } from "../../../lib/editor/uploads.ts";
import { bringFiles } from "./bring-files.ts";

const id = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const key = attachmentKey(id, "7f3c1c9a-1111-4222-8333-444455556666");
const picture = (attrs: Record<string, Json>): BlockNode => ({
  type: "image",
  attrs,
  text: [],
  children: [],
});
const files = new Map([[key, new File(["bytes"], "sea.png")]]);
const about = { name: "sea.png", mime: "image/png", size: 5, width: 3, height: 2 };

function doorOf(...answers: Sent[]) {
  const sent: string[] = [];
  return {
    sent,
    prepare: async () => ({ type: "image" as const, blob: new Blob(["bytes"]), about, note: null }),
    send: async (to: string) => {
      sent.push(to);
      return answers.shift() ?? { kind: "stored" as const };
    },
  };
}

describe("files that come with a document", () => {
  it("are stored, tried again when the connection breaks, and named with what they are", async () => {
    const door = doorOf({ kind: "unreachable" });
    const blocks = [
      {
        ...picture({}),
        type: "bullet",
        children: [picture({ attachment: key, name: "Sea!", alt: "Waves" })],
      },
    ];
    const brought = await bringFiles(blocks, files, door);
    expect(door.sent).toEqual([key, key]);
    expect(brought.problems).toEqual([]);
    expect(brought.blocks[0]?.children[0]?.attrs).toEqual({
      attachment: key,
      ...about,
      name: "Sea!",
      alt: "Waves",
    });
  });

  it("leave their words, and a sentence, when they are refused", async () => {
    const door = doorOf({ kind: "refused", sentence: "No room.", canRetry: false });
    const brought = await bringFiles([picture({ attachment: key, alt: "Waves" })], files, door);
    expect(brought.problems).toEqual(["“sea.png” was left out. No room."]);
    expect(brought.blocks).toEqual([
      { type: "paragraph", attrs: {}, text: [{ text: "Waves", marks: {} }], children: [] },
    ]);
  });

  it("of other documents are none of these", async () => {
    const other = picture({ attachment: attachmentKey(id, "7f3c1c9a-1111-4222-8333-444455557777") });
    expect(await bringFiles([other], files, doorOf())).toMatchObject({ blocks: [other] });
  });
});
