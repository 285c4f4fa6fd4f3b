"use client";
import Link from "next/link";
import { useFrame } from "./frame-context.tsx";
import { SheetButton } from "./sheet-context.tsx";

/** The bar of the pages that are not a document. */
export function Bar({ title }: { title: string }) {
  const { workspace } = useFrame();
  return (
    <header className="bar">
      <SheetButton />
      <nav className="crumbs" aria-label="Breadcrumb">
        <ol>
          <li>
            <Link href={`/w/${workspace.id}`}>{workspace.name}</Link>
          </li>
          <li>
            <span aria-current="page">{title}</span>
          </li>
        </ol>
      </nav>
    </header>
  );
}
