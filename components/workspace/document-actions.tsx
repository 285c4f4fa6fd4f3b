"use client";
import { Download, Ellipsis, Keyboard, Link2, ListTree, Trash2 } from "lucide-react";
import { toast } from "sonner";
import type { MarkdownFile } from "../editor/export-markdown.ts";
import { useDocumentActions } from "../sidebar/use-document-actions.ts";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import type { DocumentDoing } from "./document-pane.tsx";
import { useFrame } from "./frame-context.tsx";

type ActionsProps = DocumentDoing & { documentId: string };

/** The menu at the right end of the document's bar. */
export function DocumentActions({ documentId, exportMarkdown, showOutline }: ActionsProps) {
  const { workspace, canWrite, showShortcuts } = useFrame();
  const act = useDocumentActions(workspace.id);
  const trigger = (
    <button type="button" className="icon-button" aria-label="Document actions">
      <Ellipsis className="i" aria-hidden />
    </button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={Link2} onClick={() => void copyLink()}>
        Copy link
      </MenuItem>
      <MenuItem icon={Download} onClick={() => void download(exportMarkdown)}>
        Export…
      </MenuItem>
      <MenuLine />
      {showOutline ? (
        <MenuItem icon={ListTree} onClick={showOutline}>
          Outline
        </MenuItem>
      ) : null}
      <MenuItem icon={Keyboard} onClick={showShortcuts}>
        Keyboard shortcuts
      </MenuItem>
      {canWrite ? (
        <>
          <MenuLine />
          <MenuItem icon={Trash2} onClick={() => void act.trash(documentId)}>
            Move to trash
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}

async function copyLink() {
  const link = window.location.href.replace(/#.*$/, "");
  try {
    await navigator.clipboard.writeText(link);
    toast("The link is copied.", { description: "It opens for members of this workspace." });
  } catch {
    // Without permission for the clipboard the link is at least shown, to be copied by hand.
    toast("The browser does not let the link be copied. Here it is:", { description: link });
  }
}

async function download(exportMarkdown: () => Promise<MarkdownFile>) {
  try {
    const { fileName, text } = await exportMarkdown();
    const address = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = fileName;
    link.click();
    // The download has taken its own hold of the data by the next turn.
    setTimeout(() => URL.revokeObjectURL(address));
  } catch (error) {
    const description = error instanceof Error ? error.message : "Try again in a moment.";
    toast.error("The document was not exported.", { description });
  }
}
