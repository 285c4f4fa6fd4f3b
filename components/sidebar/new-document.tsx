"use client";
import { ChevronDown, FilePlus, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { useDocumentActions } from "./use-document-actions.ts";

type NewDocumentProps = {
  workspaceId: string;
  /** Makes a document of a Markdown file and gives its id; throws a sentence for a file it refuses. */
  importMarkdown?: ((file: File) => Promise<string>) | undefined;
};

export function NewDocument({ workspaceId, importMarkdown }: NewDocumentProps) {
  const act = useDocumentActions(workspaceId);
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
      {importMarkdown ? <ImportMenu importMarkdown={importMarkdown} open={act.open} /> : null}
    </>
  );
}

type ImportProps = { importMarkdown: (file: File) => Promise<string>; open: (id: string) => void };

function ImportMenu({ importMarkdown, open }: ImportProps) {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      open(await importMarkdown(file));
    } catch (error) {
      const description = error instanceof Error ? error.message : "Nothing was created.";
      toast.error(`“${file.name}” was not imported.`, { description });
    }
  };
  const trigger = (
    <button type="button" className="icon-button narrow" aria-label="Other ways to start a document">
      <ChevronDown className="i" aria-hidden />
    </button>
  );
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem icon={FileUp} onClick={() => input.current?.click()}>
          Import Markdown…
        </MenuItem>
      </Menu>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Markdown file"
        accept=".md,.markdown,text/markdown,text/plain"
        onChange={(event) => {
          const { files } = event.currentTarget;
          void take(files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
