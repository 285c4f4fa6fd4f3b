"use client";
import { ChevronsUpDown } from "lucide-react";
import { LaterLink } from "../ui/later-link.tsx";
import { Menu, MenuLink } from "../ui/menu.tsx";
import { PageLink } from "../ui/page-link.tsx";

export type WorkspaceName = { id: string; name: string };

type SwitchProps = { current: WorkspaceName; all: readonly WorkspaceName[] };

/** The workspace's name; a menu only for those who have several. */
export function WorkspaceSwitch({ current, all }: SwitchProps) {
  if (all.length < 2) {
    return (
      <LaterLink className="workspace" href={`/w/${current.id}`}>
        <span>{current.name}</span>
      </LaterLink>
    );
  }
  const trigger = (
    <button type="button" className="workspace" aria-label={`Workspace: ${current.name}`}>
      <span>{current.name}</span>
      <ChevronsUpDown className="i" aria-hidden />
    </button>
  );
  return (
    <Menu trigger={trigger} align="start">
      {all.map((one) => (
        <MenuLink key={one.id} render={<PageLink href={`/w/${one.id}`} />} current={one.id === current.id}>
          {one.name}
        </MenuLink>
      ))}
    </Menu>
  );
}
