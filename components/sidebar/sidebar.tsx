"use client";
import { House, type LucideIcon, Search, Settings, Trash2 } from "lucide-react";
import { usePathname } from "next/navigation";
import { type ReactNode, useSyncExternalStore } from "react";
import { LaterLink } from "../ui/later-link.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { DocumentTree } from "./document-tree.tsx";
import type { Exchange } from "./exchange.ts";
import { NewDocument } from "./new-document.tsx";
import { type WorkspaceName, WorkspaceSwitch } from "./workspace-switch.tsx";

export type SidebarProps = {
  workspace: WorkspaceName;
  workspaces: readonly WorkspaceName[];
  person: { name: string; color: number; email: string };
  canWrite: boolean;
  signOut: () => Promise<void>;
  exchange: Exchange;
  showShortcuts: () => void;
  showSearch: () => void;
};

/** What stands at the left of every page of a workspace: the way to each document, and to oneself. */
export function Sidebar(props: SidebarProps) {
  const { workspace, workspaces, person, canWrite, signOut, exchange, showShortcuts, showSearch } = props;
  const home = `/w/${workspace.id}`;
  return (
    <>
      <div className="side-top">
        <WorkspaceSwitch current={workspace} all={workspaces} />
        {canWrite ? <NewDocument workspace={workspace} exchange={exchange} /> : null}
      </div>
      <nav aria-label="Documents">
        <SearchRow onClick={showSearch} />
        <Row href={home} icon={House}>
          Home
        </Row>
        <div className="side-head">
          <h2>Documents</h2>
        </div>
        <DocumentTree workspaceId={workspace.id} canWrite={canWrite} exchange={exchange} />
        <div className="side-end">
          <Row href={`${home}/trash`} icon={Trash2}>
            Trash
          </Row>
          <Row href={`${home}/settings`} icon={Settings}>
            Settings
          </Row>
        </div>
      </nav>
      <div className="side-foot">
        <AccountMenu href={`${home}/account`} {...{ person, signOut, showShortcuts }} />
        <span className="who" aria-hidden>
          {person.name}
        </span>
      </div>
    </>
  );
}

function SearchRow({ onClick }: { onClick: () => void }) {
  const isMac = useSyncExternalStore(
    () => () => undefined,
    () => /Mac|iPhone|iPad/.test(navigator.userAgent),
    () => false,
  );
  return (
    <button type="button" className="row" aria-keyshortcuts="Control+K Meta+K" onClick={onClick}>
      <Search className="i" aria-hidden />
      <span>Search</span>
      <kbd aria-hidden>{isMac ? "⌘ K" : "Ctrl K"}</kbd>
    </button>
  );
}

function Row({ href, icon: Icon, children }: { href: string; icon: LucideIcon; children: ReactNode }) {
  const current = usePathname() === href;
  return (
    <LaterLink className="row" href={href} {...(current ? { "aria-current": "page" as const } : {})}>
      <Icon className="i" aria-hidden />
      <span>{children}</span>
    </LaterLink>
  );
}
