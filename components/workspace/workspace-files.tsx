"use client";
import { FolderDown, FolderUp } from "lucide-react";
import { useRef } from "react";
import { useTree } from "../sidebar/tree-context.tsx";
import { nodesIn } from "../sidebar/tree-nodes.ts";
import { useGo } from "../ui/go.tsx";
import { useWork } from "../ui/use-work.tsx";
import { useFrame } from "./frame-context.tsx";

/** The workspace as files: out for everybody who reads it, in for those who write. */
export function WorkspaceFiles() {
  const { workspace, canWrite, exchange } = useFrame();
  const { rows, branches } = useTree();
  const { start, dialog } = useWork();
  const go = useGo();
  const input = useRef<HTMLInputElement>(null);
  const exportAll = () =>
    start({
      title: "Exporting",
      failed: "Nothing was exported.",
      run: (wishes) => exchange.exportTree(workspace.name, nodesIn(rows, branches, ""), wishes),
    });
  const importAll = (files: readonly File[]) =>
    start({
      title: "Importing",
      failed: "Nothing was imported.",
      run: async (wishes) => {
        const result = await exchange.importTree(files, wishes);
        if (result.firstId) void go(`/w/${workspace.id}/d/${result.firstId}`);
        return result;
      },
    });
  return (
    <section aria-labelledby="files">
      <h2 id="files">Export and import</h2>
      <p>
        An export is one zip of Markdown with all pictures and files; links between documents keep leading to
        each other.
        {canWrite ? " Importing it, here or elsewhere, makes the documents anew beside what is there." : null}
      </p>
      <div className="invite">
        <button type="button" className="button tall" onClick={() => void exportAll()}>
          <FolderDown className="i" aria-hidden />
          Export workspace
        </button>
        {canWrite ? (
          <button type="button" className="button tall" onClick={() => input.current?.click()}>
            <FolderUp className="i" aria-hidden />
            Import a zip…
          </button>
        ) : null}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Zip of a workspace"
        accept=".zip"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) void importAll(files);
        }}
      />
      {dialog}
    </section>
  );
}
