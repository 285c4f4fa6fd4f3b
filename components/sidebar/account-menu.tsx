"use client";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import Link from "next/link";
import { startTransition } from "react";
import { Avatar } from "../ui/avatar.tsx";
import { Menu, MenuItem, MenuLine, MenuLink } from "../ui/menu.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

type AccountProps = {
  /** The address of the page about one's account. */
  href: string;
  person: { name: string; color: number; email: string };
  signOut: () => Promise<void>;
  showShortcuts: () => void;
};

export function AccountMenu({ href, person, signOut, showShortcuts }: AccountProps) {
  const trigger = (
    <button type="button" className="account" aria-label="Account">
      <Avatar name={person.name} color={person.color} />
    </button>
  );
  return (
    <Menu trigger={trigger} side="top" align="start">
      <div className="menu-who">
        <strong>{person.name}</strong>
        <span className="note">{person.email}</span>
      </div>
      <MenuLine />
      <ThemeChoice />
      <MenuLine />
      <MenuLink icon={UserRound} render={<Link href={href} />}>
        Your account
      </MenuLink>
      <MenuItem icon={Keyboard} onClick={showShortcuts}>
        Keyboard shortcuts
      </MenuItem>
      <MenuItem icon={LogOut} onClick={() => startTransition(signOut)}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
