"use client";
import { ChevronDown, FilePlus, Files, FileUp, FolderDown, FolderUp } from "lucide-react";
import { useRef, useState } from "react";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { toast } from "../ui/toast.ts";
import { useWork } from "../ui/use-work.tsx";
import type { Exchange } from "./exchange.ts";
import { useTree } from "./tree-context.tsx";
import { nodesIn } from "./tree-nodes.ts";
import { useDocumentActions } from "./use-document-actions.ts";
import type { WorkspaceName } from "./workspace-switch.tsx";

type NewDocumentProps = { workspace: WorkspaceName; exchange: Exchange };

export function NewDocument({ workspace, exchange }: NewDocumentProps) {
  const act = useDocumentActions(workspace.id);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    if (busy) return;
    setBusy(true);
    await act.create(null);
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="New document"
        title="New document"
        aria-busy={busy}
        onClick={create}
      >
        <FilePlus className="i" aria-hidden />
      </button>
      <FilesMenu workspace={workspace} exchange={exchange} open={act.open} />
    </>
  );
}

type FilesProps = NewDocumentProps & { open: (id: string) => void };

/** Documents from files, and all of them into files. */
function FilesMenu({ workspace, exchange, open }: FilesProps) {
  const { rows, branches } = useTree();
  const { start, dialog } = useWork();
  const inputs = {
    one: useRef<HTMLInputElement>(null),
    many: useRef<HTMLInputElement>(null),
    folder: useRef<HTMLInputElement>(null),
  };
  const takeOne = async ([file]: readonly File[]) => {
    if (!file) return;
    try {
      open(await exchange.importFile(file));
    } catch (error) {
      const description = error instanceof Error ? error.message : "Nothing was created.";
      toast.error(`“${file.name}” was not imported.`, { description });
    }
  };
  const takeMany = async (files: readonly File[]) => {
    if (files.length === 0) return;
    const run: Parameters<typeof start>[0]["run"] = async (wishes) => {
      const result = await exchange.importTree(files, wishes);
      if (result.firstId) open(result.firstId);
      return result;
    };
    await start({ title: "Importing", failed: "Nothing was imported.", run });
  };
  const exportAll = () =>
    start({
      title: "Exporting",
      failed: "Nothing was exported.",
      run: (wishes) => exchange.exportTree(workspace.name, nodesIn(rows, branches, ""), wishes),
    });
  const trigger = (
    <button type="button" className="icon-button narrow" aria-label="Other ways to start a document">
      <ChevronDown className="i" aria-hidden />
    </button>
  );
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem icon={FileUp} onClick={() => inputs.one.current?.click()}>
          Import Markdown…
        </MenuItem>
        <MenuItem icon={Files} onClick={() => inputs.many.current?.click()}>
          Import a zip or several files…
        </MenuItem>
        <MenuItem icon={FolderUp} onClick={() => inputs.folder.current?.click()}>
          Import a folder…
        </MenuItem>
        <MenuLine />
        <MenuItem icon={FolderDown} onClick={() => void exportAll()}>
          Export everything
        </MenuItem>
      </Menu>
      <FileInput
        input={inputs.one}
        label="Markdown file"
        accept={`${TEXTS},text/markdown,text/plain,text/html,text/csv`}
        onFiles={takeOne}
      />
      <FileInput
        input={inputs.many}
        label="Zip or files"
        accept={`.zip,${TEXTS},image/*`}
        isMany
        onFiles={takeMany}
      />
      <FileInput input={inputs.folder} label="Folder" isFolder onFiles={takeMany} />
      {dialog}
    </>
  );
}

const TEXTS = ".md,.markdown,.txt,.html,.htm,.csv,.tsv";

type InputProps = {
  input: React.RefObject<HTMLInputElement | null>;
  label: string;
  accept?: string;
  isMany?: boolean;
  isFolder?: boolean;
  onFiles: (files: readonly File[]) => Promise<void>;
};

function FileInput({ input, label, accept, isMany = false, isFolder = false, onFiles }: InputProps) {
  return (
    <input
      ref={input}
      type="file"
      hidden
      aria-label={label}
      {...(accept ? { accept } : {})}
      multiple={isMany || isFolder}
      {...(isFolder ? { webkitdirectory: "" } : {})}
      onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        event.currentTarget.value = "";
        void onFiles(files);
      }}
    />
  );
}
