"use client";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import { startTransition } from "react";
import { MenuItem, MenuLine, MenuLink } from "../ui/menu.tsx";
import { PageLink } from "../ui/page-link.tsx";
import type { AccountProps } from "./account-menu.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

/** Who one is, and what is about oneself. */
export function AccountItems({ href, person, signOut, showShortcuts }: AccountProps) {
  return (
    <>
      <div className="menu-who">
        <strong>{person.name}</strong>
        <span className="note">{person.email}</span>
      </div>
      <MenuLine />
      <ThemeChoice />
      <MenuLine />
      <MenuLink icon={UserRound} render={<PageLink href={href} />}>
        Your account
      </MenuLink>
      <MenuItem icon={Keyboard} onClick={showShortcuts}>
        Keyboard shortcuts
      </MenuItem>
      <MenuItem icon={LogOut} onClick={() => startTransition(signOut)}>
        Sign out
      </MenuItem>
    </>
  );
}
