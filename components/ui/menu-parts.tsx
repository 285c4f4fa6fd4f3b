"use client";
import { Menu as Base } from "@base-ui/react/menu";
import { Check, ChevronRight, type LucideIcon } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

export type MenuProps = {
  /** The button that opens the menu; it keeps its own accessible name. */
  trigger: ReactElement;
  children: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
  focusAfter?: PopupProps["focusAfter"];
  onOpen?: (open: boolean) => void;
};

type OpenMenuProps = MenuProps & {
  /** The click that asked for its code was the one to open it. */
  opensAtOnce: boolean;
};

export function Menu({
  trigger,
  children,
  side = "bottom",
  align = "end",
  focusAfter,
  onOpen,
  opensAtOnce,
}: OpenMenuProps) {
  return (
    <Base.Root
      modal={false}
      defaultOpen={opensAtOnce}
      {...(onOpen ? { onOpenChange: (open: boolean) => onOpen(open) } : {})}
    >
      <Base.Trigger render={trigger} />
      <MenuPopup side={side} align={align} {...(focusAfter ? { focusAfter } : {})}>
        {children}
      </MenuPopup>
    </Base.Root>
  );
}

/** Measured anew whenever the popup is placed. */
export type Place = { readonly getBoundingClientRect: () => DOMRect };

export type PopupProps = {
  children: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
  /** What it stands at: an element, or a place. Elements of an editor are places: a menu writes to its anchor. */
  anchor?: Element | Place | null;
  /** Where the focus goes on closing, if not to the trigger; false leaves it where it is. */
  focusAfter?: () => HTMLElement | null | false;
};

/** The floating part alone, for menus that are opened by hand (`MenuRoot`). */
export function MenuPopup({ children, side = "bottom", align = "start", anchor, focusAfter }: PopupProps) {
  return (
    <Base.Portal>
      <Base.Positioner
        className="popup-place"
        side={side}
        align={align}
        sideOffset={4}
        {...(anchor ? { anchor } : {})}
      >
        <Base.Popup
          className="popup"
          {...(focusAfter ? { finalFocus: () => !isElsewhere() && focusAfter() } : {})}
        >
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

/** Somebody clicked into something else while the menu went: the focus is theirs. */
function isElsewhere(): boolean {
  const active = document.activeElement;
  return active !== null && active !== document.body && active.closest(".popup") === null;
}

export type MenuRootProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
};

export function MenuRoot({ open, onOpenChange, children }: MenuRootProps) {
  return (
    <Base.Root open={open} modal={false} onOpenChange={(next) => onOpenChange(next)}>
      {children}
    </Base.Root>
  );
}

export type ItemProps = {
  icon?: LucideIcon;
  onClick: () => void;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
};

export function MenuItem({ icon: Icon, onClick, danger = false, disabled = false, children }: ItemProps) {
  return (
    <Base.Item className={danger ? "menu-row danger" : "menu-row"} onClick={onClick} disabled={disabled}>
      {Icon ? <Icon className="i" aria-hidden /> : null}
      <span>{children}</span>
    </Base.Item>
  );
}

export type LinkProps = { icon?: LucideIcon; render: ReactElement; children: ReactNode; current?: boolean };

/** `render` is the link element, so that the router's own link can be used. */
export function MenuLink({ icon: Icon, render, children, current = false }: LinkProps) {
  return (
    <Base.LinkItem
      className="menu-row"
      closeOnClick
      render={render}
      {...(current ? { "aria-current": true } : {})}
    >
      {Icon ? <Icon className="i" aria-hidden /> : null}
      <span>{children}</span>
      {current ? <Check className="i" aria-hidden /> : null}
    </Base.LinkItem>
  );
}

export type ChoiceProps<Value extends string> = {
  name: string;
  value: Value;
  onChange: (value: Value) => void;
  choices: readonly { value: Value; label: string }[];
};

export function MenuChoice<Value extends string>({ name, value, onChange, choices }: ChoiceProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="menu-name">{name}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: Value) => onChange(next)}>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} className="menu-row" closeOnClick={false}>
            <span>{choice.label}</span>
            <span className="menu-check" style={{ flex: "none" }}>
              <Base.RadioItemIndicator>
                <Check className="i" aria-hidden />
              </Base.RadioItemIndicator>
            </span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export type SubProps = { icon?: LucideIcon; label: string; children: ReactNode };

/** Where a menu has no room beside its parent on either side. */
const NARROW = "(max-width: 767px)";

/** A menu within a menu: beside it, or over it where the page is narrow. */
export function MenuSub({ icon: Icon, label, children }: SubProps) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className="menu-row">
        {Icon ? <Icon className="i" aria-hidden /> : null}
        <span>{label}</span>
        <ChevronRight className="i" aria-hidden />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner
          className="popup-place"
          side="right"
          align="start"
          sideOffset={2}
          {...(window.matchMedia(NARROW).matches ? { collisionAvoidance: { side: "shift" } } : {})}
        >
          <Base.Popup className="popup">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}

export function MenuLine() {
  return <Base.Separator className="hair" />;
}
