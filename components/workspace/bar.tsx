"use client";
import { useContext } from "react";
import { PageLink } from "../ui/page-link.tsx";
import { FrameContext } from "./frame-context.tsx";
import { SearchButton } from "./search.tsx";
import { SheetButton } from "./sheet-context.tsx";

/**
 * The bar of the pages that are not a document. It is also drawn before anybody knows who looks (while a page loads that
 * will send the signed-out away), and where nothing was found: without the frame there is no workspace to name.
 */
export function Bar({ title }: { title: string }) {
  const workspace = useContext(FrameContext)?.workspace;
  return (
    <header className="bar">
      <SheetButton />
      <nav className="crumbs" aria-label="Breadcrumb">
        <ol>
          {workspace ? (
            <li>
              <PageLink href={`/w/${workspace.id}`}>{workspace.name}</PageLink>
            </li>
          ) : null}
          <li>
            <span aria-current="page">{title}</span>
          </li>
        </ol>
      </nav>
      <SearchButton />
    </header>
  );
}
