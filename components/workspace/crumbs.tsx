"use client";
import { useTree } from "../sidebar/tree-context.tsx";
import { ancestorsOf, titleOf } from "../sidebar/tree-model.ts";
import { documentPath } from "../sidebar/use-document-actions.ts";
import { LaterLink } from "../ui/later-link.tsx";
import { useFrame } from "./frame-context.tsx";
import { SearchButton } from "./search.tsx";
import { SheetButton } from "./sheet-context.tsx";

type CrumbsProps = { documentId: string; title: string };

/** The way to this document, as the tree has it now. Its left part of the bar, with the button for the sheet. */
export function Crumbs({ documentId, title }: CrumbsProps) {
  const { workspace } = useFrame();
  const { rows, branches } = useTree();
  const above = ancestorsOf(branches, documentId);
  return (
    <>
      <SheetButton />
      <nav className="crumbs" aria-label="Breadcrumb">
        <ol>
          {above.length === 0 ? (
            <li>
              <LaterLink href={`/w/${workspace.id}`}>{workspace.name}</LaterLink>
            </li>
          ) : (
            above.map((id) => (
              <li key={id}>
                <LaterLink dir="auto" href={documentPath(workspace.id, id)}>
                  {titleOf(rows.get(id))}
                </LaterLink>
              </li>
            ))
          )}
          <li>
            <span aria-current="page" dir="auto">
              {titleOf(rows.get(documentId) ?? { title })}
            </span>
          </li>
        </ol>
      </nav>
      <SearchButton />
    </>
  );
}
