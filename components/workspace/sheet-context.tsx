"use client";
import { Menu } from "lucide-react";
import { createContext, useContext } from "react";

/** On phones the sidebar is a sheet; every bar has the button that opens it. */
export const SheetContext = createContext<{ open: boolean; setOpen: (open: boolean) => void }>({
  open: false,
  setOpen: () => undefined,
});

export function SheetButton() {
  const { open, setOpen } = useContext(SheetContext);
  return (
    <button
      type="button"
      className="icon-button menu"
      aria-label="Open navigation"
      aria-controls="side"
      aria-expanded={open}
      onClick={() => setOpen(true)}
    >
      <Menu className="i" aria-hidden />
    </button>
  );
}
