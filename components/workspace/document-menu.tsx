"use client";
import {
  Copy,
  Download,
  FileCode,
  FolderDown,
  Keyboard,
  Link2,
  ListTree,
  Printer,
  TextSearch,
  Trash2,
  Waypoints,
} from "lucide-react";
import { noteEvent } from "../../lib/vitals/note-event.ts";
import type { DocumentFile } from "../editor/export-document.ts";
import { printDocument } from "../editor/print-document.ts";
import { useTree } from "../sidebar/tree-context.tsx";
import { nodeOf } from "../sidebar/tree-nodes.ts";
import { useDocumentActions } from "../sidebar/use-document-actions.ts";
import { copyPageLink } from "../ui/copy-link.ts";
import { MenuItem, MenuLine } from "../ui/menu.tsx";
import { saveFile } from "../ui/save-file.ts";
import { toast } from "../ui/toast.ts";
import type { useWork } from "../ui/use-work.tsx";
import type { DocumentDoing } from "./document-pane.tsx";
import { useFrame } from "./frame-context.tsx";

export type DocumentMenuProps = DocumentDoing & {
  documentId: string;
  /** Long work, and what shows it, outlive the menu. */
  start: ReturnType<typeof useWork>["start"];
  duplicate: (documentId: string) => Promise<void>;
};

/** What can be done with the open document. */
export function DocumentMenu(props: DocumentMenuProps) {
  const { documentId, exportAs, showOutline, showRelated, showFind, start, duplicate } = props;
  const { workspace, canWrite, exchange, showShortcuts } = useFrame();
  const { rows, branches } = useTree();
  const act = useDocumentActions(workspace.id);
  const exportInside = () => {
    const node = nodeOf(rows, branches, documentId);
    return start({
      title: "Exporting",
      failed: "Nothing was exported.",
      run: (wishes) => exchange.exportTree(node.title, [node], wishes),
    });
  };
  return (
    <>
      <MenuItem icon={Link2} onClick={() => void copyPageLink("The link is copied.")}>
        Copy link
      </MenuItem>
      {canWrite ? (
        <MenuItem icon={Copy} onClick={() => void duplicate(documentId)}>
          Duplicate
        </MenuItem>
      ) : null}
      <MenuItem icon={Download} onClick={() => void download(() => exportAs("Markdown"))}>
        Export…
      </MenuItem>
      <MenuItem icon={FileCode} onClick={() => void download(() => exportAs("HTML"))}>
        Export as HTML
      </MenuItem>
      <MenuItem icon={FolderDown} onClick={() => void exportInside()}>
        Export with all inside it
      </MenuItem>
      <MenuItem icon={Printer} onClick={() => void printDocument()}>
        Print or save as PDF
      </MenuItem>
      <MenuLine />
      {showFind ? (
        <MenuItem icon={TextSearch} onClick={showFind}>
          Find and replace
        </MenuItem>
      ) : null}
      {showOutline ? (
        <MenuItem icon={ListTree} onClick={showOutline}>
          Outline
        </MenuItem>
      ) : null}
      <MenuItem icon={Waypoints} onClick={showRelated}>
        Related blocks
      </MenuItem>
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
    </>
  );
}

async function download(make: () => Promise<DocumentFile>) {
  try {
    const { fileName, text, type } = await make();
    saveFile(fileName, text, type);
    noteEvent("export");
  } catch (error) {
    const description = error instanceof Error ? error.message : "Try again in a moment.";
    toast.error("The document was not exported.", { description });
  }
}
