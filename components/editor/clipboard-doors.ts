/**
 * The clipboard of a page, all of it late: late-clipboard.ts says what happens before. It is given what it needs: its
 * Markdown, which is loaded when it is first wanted, notices, and files.
 */
import type { Plugin } from "@tiptap/pm/state";
import { type ClipboardDoors, clipboardPlugin, MOST_BLOCKS } from "../../lib/editor/clipboard.ts";
import { toast } from "../ui/toast.ts";
import type { AttachmentKit } from "./attachments/attachment-kit.ts";
import { copyBlocks } from "./copy-blocks.ts";

type Attachments = Pick<AttachmentKit, "take" | "adopt">;

let printer: typeof import("../../lib/markdown/print-markdown.ts") | null = null;

async function loadPrinter(): Promise<void> {
  printer = await import("../../lib/markdown/print-markdown.ts");
}

export const clipboardOf = (attachments: Attachments): Plugin => clipboardPlugin(clipboardDoors(attachments));

function clipboardDoors(attachments: Attachments): ClipboardDoors {
  return {
    onRefused: () =>
      void toast.error("That is too much for one paste. Nothing was changed.", {
        description: "Import it as a file, or paste it in parts.",
      }),
    onLost: (count) =>
      void toast(
        count === 1
          ? "One picture did not come along, because the page only says where it lies on another computer."
          : `${count} pictures did not come along, because the page only says where they lie on another computer.`,
        { description: "The text is here. Copy a picture by itself to bring it." },
      ),
    markdown: {
      read: async (text) => {
        const { parsePiece } = await import("../../lib/markdown/parse-markdown.ts");
        return parsePiece(text, MOST_BLOCKS);
      },
      print: () => printer?.printPiece ?? null,
      load: () => {
        // without it a copy is plain lines, as when there is no network
        if (!printer) void loadPrinter().catch(() => undefined);
      },
    },
    copyMarkdown: (view) => void copyBlocks(view, "Markdown"),
    takePictures: (view, files, beside) => attachments.take(view, files, beside),
    adopt: (view, blockIds) => attachments.adopt(view, blockIds),
  };
}
