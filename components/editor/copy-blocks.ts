/** Blocks into the clipboard as the source of one language. */
import type { EditorView } from "@tiptap/pm/view";
import { blocksOfFragment } from "../../lib/editor/block-slices.ts";
import { selectedContent } from "../../lib/editor/chosen-commands.ts";
import { writeHtml } from "../../lib/html/write-html.ts";
import { toast } from "../ui/toast.ts";

/** What is chosen, or the block that the caret is in. */
export async function copyBlocks(view: EditorView, language: "Markdown" | "HTML"): Promise<void> {
  const blocks = blocksOfFragment(selectedContent(view.state));
  try {
    const text =
      language === "HTML"
        ? writeHtml(blocks, { isPlain: true })
        : (await import("../../lib/markdown/print-markdown.ts")).printPiece(blocks);
    await navigator.clipboard.writeText(text);
    toast(`Copied as ${language}.`);
  } catch {
    toast.error(`Nothing was copied as ${language}.`, {
      description: "The browser does not let this page write into the clipboard.",
    });
  }
}
