"use client";
import { itemsOf, MenuPopup, MenuRoot } from "../ui/menu.tsx";
import type { ItemActs } from "./item-menu-items.tsx";
import type { Branches } from "./tree-model.ts";

type ItemMenuProps = ItemActs & {
  /** The document whose menu is open. */
  id: string | undefined;
  branches: Branches;
  anchor: Element | null;
  /** Where the focus goes on closing; false when something inside the item takes it. */
  focusAfter: () => HTMLElement | null | false;
  onClose: () => void;
};

const Items = itemsOf(async () => (await import("./item-menu-items.tsx")).ItemMenuItems);

/** One menu for the whole tree; it stands at the item it was opened for. */
export function ItemMenu({ id, branches, anchor, focusAfter, onClose, ...act }: ItemMenuProps) {
  return (
    <MenuRoot open={id !== undefined} onOpenChange={(open) => open || onClose()}>
      <MenuPopup anchor={anchor} focusAfter={focusAfter}>
        {id === undefined ? null : <Items id={id} branches={branches} {...act} />}
      </MenuPopup>
    </MenuRoot>
  );
}
