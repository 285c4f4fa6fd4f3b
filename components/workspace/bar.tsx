"use client";
import Link from "next/link";
import { useContext } from "react";
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
              <Link href={`/w/${workspace.id}`}>{workspace.name}</Link>
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
