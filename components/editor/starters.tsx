"use client";
import type { EditorView } from "@tiptap/pm/view";
import { FileUp, ListChecks, Table } from "lucide-react";
import { useRef, useSyncExternalStore } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { BlockMap } from "../../lib/core/block-map.ts";
import { turnInto } from "../../lib/editor/commands.ts";
import { insertTable } from "../../lib/editor/table-commands.ts";
import { toast } from "../ui/toast.ts";

type Props = { documentId: string; view: EditorView; map: BlockMap; session: DocumentSession };

/** What one may begin with, below the first line of a document that has none yet. */
export function Starters({ documentId, view, map, session }: Props) {
  const file = useRef<HTMLInputElement>(null);
  const isBlank = useSyncExternalStore(
    (listener) => map.onChange(listener),
    () => map.outline().items.length === 0,
    () => false,
  );
  if (!isBlank) return null;
  const start = (command: ReturnType<typeof insertTable>) => () => {
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const take = async ([chosen]: readonly File[]) => {
    if (!chosen) return;
    try {
      const { importHere } = await import("./import-here.ts");
      for (const problem of await importHere(session, documentId, chosen)) toast.error(problem);
    } catch (error) {
      const description = error instanceof Error ? error.message : "Nothing was changed.";
      toast.error(`“${chosen.name}” was not imported.`, { description });
    }
  };
  return (
    <div className="starters">
      <button type="button" className="row" onClick={start(turnInto("task", { checked: false }))}>
        <ListChecks className="i" aria-hidden />
        <span>Start a checklist</span>
      </button>
      <button type="button" className="row" onClick={start(insertTable())}>
        <Table className="i" aria-hidden />
        <span>Start with a table</span>
      </button>
      <button type="button" className="row" onClick={() => file.current?.click()}>
        <FileUp className="i" aria-hidden />
        <span>Import Markdown or HTML</span>
      </button>
      <input
        ref={file}
        hidden
        type="file"
        aria-label="File to begin with"
        accept=".md,.markdown,.txt,.html,.htm,.csv,.tsv,text/markdown,text/plain,text/html,text/csv"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = ""; // the same file may be chosen again
          void take(files);
        }}
      />
    </div>
  );
}
