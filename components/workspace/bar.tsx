import Link from "next/link";
import { SheetButton } from "./sheet-context.tsx";

type BarProps = { workspace: { id: string; name: string }; title: string };

/** The bar of the pages that are not a document. */
export function Bar({ workspace, title }: BarProps) {
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
