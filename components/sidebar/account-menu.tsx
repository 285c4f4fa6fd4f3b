"use client";
import { Avatar } from "../ui/avatar.tsx";
import { itemsOf, Menu } from "../ui/menu.tsx";

export type AccountProps = {
  /** The address of the page about one's account. */
  href: string;
  person: { name: string; color: number; email: string };
  signOut: () => Promise<void>;
  showShortcuts: () => void;
};

const Items = itemsOf(async () => (await import("./account-items.tsx")).AccountItems);

export function AccountMenu(props: AccountProps) {
  const { name, color } = props.person;
  const trigger = (
    <button type="button" className="account" aria-label="Account">
      <Avatar name={name} color={color} />
    </button>
  );
  return (
    <Menu trigger={trigger} side="top" align="start">
      <Items {...props} />
    </Menu>
  );
}
