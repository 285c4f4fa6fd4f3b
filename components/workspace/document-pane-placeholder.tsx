"use client";
import type { ReactNode } from "react";
import { Bones } from "../ui/bones.tsx";
import type { MarkdownFile } from "./document-actions.tsx";

type PaneProps = {
  initial: { title: string };
  /** The workspace's topics, shared with the tree; to be called in the browser only. */
  channels: () => unknown;
  crumbs: ReactNode;
  actions: (exportMarkdown: () => Promise<MarkdownFile>) => ReactNode;
};

/** Stands where the editor comes: the bar, the title at once, the shape of text, the foot. */
export function DocumentPane({ initial, crumbs, actions }: PaneProps) {
  return (
    <>
      <header className="bar">
        {crumbs}
        {actions(async () => ({ fileName: "document.md", text: `# ${initial.title}\n` }))}
      </header>
      <div className="desk">
        <main className="doc" id="main" aria-busy="true">
          <h1 className="doc-title">{initial.title.trim() || <span className="quiet">Untitled</span>}</h1>
          <Bones />
        </main>
      </div>
      <footer className="foot doc-foot" />
    </>
  );
}
