"use client";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { Sidebar, type SidebarProps } from "../sidebar/sidebar.tsx";
import { TreeProvider } from "../sidebar/tree-context.tsx";
import type { DocumentRow } from "../sidebar/tree-model.ts";
import { renameDocument } from "./seams.ts";
import { SheetContext } from "./sheet-context.tsx";

type FrameProps = SidebarProps & {
  epoch: number;
  documents: readonly DocumentRow[];
  children: ReactNode;
};

/** Sidebar and page. It stays while one goes from document to document, so the tree never flickers. */
export function Frame({ epoch, documents, children, ...side }: FrameProps) {
  const router = useRouter();
  const { workspace } = side;
  useLastWorkspace(workspace.id);
  const onNoAccess = () => {
    toast(`You are no longer a member of ${workspace.name}.`, {
      description: "What you wrote there is kept for its members.",
    });
    router.replace("/");
  };
  return (
    <TreeProvider
      workspaceId={workspace.id}
      epoch={epoch}
      rows={documents}
      rename={renameDocument}
      onNoAccess={onNoAccess}
    >
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Sheet side={<Sidebar {...side} />}>{children}</Sheet>
    </TreeProvider>
  );
}

function Sheet({ side, children }: { side: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const aside = useRef<HTMLElement>(null);
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving anywhere closes the sheet
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    aside.current?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [open]);
  const sheet = useMemo(() => ({ open, setOpen }), [open]);
  return (
    <SheetContext value={sheet}>
      <div className="app">
        <aside
          ref={aside}
          className={open ? "side open" : "side"}
          id="side"
          aria-label="Workspace"
          onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          {side}
        </aside>
        {open ? (
          <button
            type="button"
            className="sheet-scrim"
            aria-label="Close navigation"
            onClick={() => setOpen(false)}
          />
        ) : null}
        <div className="work" inert={open}>
          {children}
        </div>
      </div>
    </SheetContext>
  );
}

const YEAR_S = 365 * 24 * 3600;

/** `/` leads to the workspace one was in last. */
function useLastWorkspace(workspaceId: string) {
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `workspace=${workspaceId}; path=/; max-age=${YEAR_S}; samesite=lax`;
  }, [workspaceId]);
}
