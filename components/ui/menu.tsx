"use client";
/**
 * Menus whose code comes when the first one is opened, or when the page has time (`fetchMenus`). Until then a menu is
 * its trigger. What stands in a menu is drawn only in an open one, when the code is there; where that is much it comes as
 * a part of its own, with the menus' code (`itemsOf`).
 */
import { type ComponentType, cloneElement, useEffect, useState } from "react";
import { Late, sayMissing } from "./late.tsx";
import { LatePart } from "./late-part.ts";
import type {
  ChoiceProps,
  ItemProps,
  LinkProps,
  MenuProps,
  MenuRootProps,
  PopupProps,
  SubProps,
} from "./menu-parts.tsx";

export type { Place } from "./menu-parts.tsx";

type Parts = typeof import("./menu-parts.tsx");

let loaded: Parts | null = null;
let asked: Promise<Parts> | null = null;

const items: (() => Promise<unknown>)[] = [];

/** What stands in a menu, as a component whose code comes with that of the menus. */
export function itemsOf<Props extends object>(get: () => Promise<ComponentType<Props>>) {
  const part = new LatePart("The menu", get);
  items.push(() => part.get());
  if (asked) part.fetch();
  return (props: Props) => <Late part={part} props={props} />;
}

function load(): Promise<Parts> {
  asked ??= Promise.all([import("./menu-parts.tsx"), ...items.map((one) => one())]).then(
    ([parts]) => {
      loaded = parts;
      return parts;
    },
    (error: unknown) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

/** Asks for the code ahead of the first menu; what fails is asked for again then. */
export const fetchMenus = (): void => void load().catch(() => undefined);

export function Menu(props: MenuProps) {
  const [parts, setParts] = useState(loaded);
  const [isAsked, setAsked] = useState(false);
  if (parts) return <parts.Menu {...props} opensAtOnce={isAsked} />;
  const open = () => {
    load().then(
      (now) => {
        setAsked(true);
        setParts(now);
        props.onOpen?.(true);
      },
      () => sayMissing("The menu"),
    );
  };
  return cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: fetchMenus,
    onClick: open,
  } as object);
}

/** A menu that is opened by hand; its popup stands at a place of its own. */
export function MenuRoot(props: MenuRootProps) {
  const { open, onOpenChange } = props;
  const [parts, setParts] = useState(loaded);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for when it is to open
  useEffect(() => {
    if (!open || parts) return;
    load().then(
      (now) => setParts(now),
      () => {
        sayMissing("The menu");
        onOpenChange(false);
      },
    );
  }, [open, parts]);
  return parts ? <parts.MenuRoot {...props} /> : null;
}

export const MenuPopup = (props: PopupProps) => (loaded ? <loaded.MenuPopup {...props} /> : null);
export const MenuItem = (props: ItemProps) => (loaded ? <loaded.MenuItem {...props} /> : null);
export const MenuLink = (props: LinkProps) => (loaded ? <loaded.MenuLink {...props} /> : null);
export const MenuSub = (props: SubProps) => (loaded ? <loaded.MenuSub {...props} /> : null);
export const MenuLine = () => (loaded ? <loaded.MenuLine /> : null);
export function MenuChoice<Value extends string>(props: ChoiceProps<Value>) {
  return loaded ? <loaded.MenuChoice {...props} /> : null;
}
