"use client";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { SheetContext } from "./sheet-context.tsx";
import { WORK_ID } from "./use-focus-kept.ts";

const SIDE_ID = "side";

type SheetProps = {
  side: ReactNode;
  children: ReactNode;
  /** What was opened from the sheet stands over the page. */
  isCovered: boolean;
};

/** The sidebar beside the page; on phones a sheet over it, which holds the focus until it is closed. */
export function Sheet({ side, children, isCovered }: SheetProps) {
  const [open, setOpen] = useState(false);
  const aside = useRef<HTMLElement>(null);
  // Arriving anywhere closes the sheet. Not by an effect: the one of the page's beginning would come behind a click that
  // was quick, and take back what it opened.
  const place = `${usePathname()} ${isCovered}`;
  const [seen, setSeen] = useState(place);
  if (seen !== place) {
    setSeen(place);
    setOpen(false);
  }
  const arrived = useRef(place);
  useLayoutEffect(() => {
    arrived.current = place;
  }, [place]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place where it was opened
  useEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    aside.current?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) setOpen(false);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      // a document that is new took it to its title
      if (document.activeElement !== document.body && !aside.current?.contains(document.activeElement))
        return;
      // the bar of a page that was loading went with its button; and so does the button where one chose another page
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      const isHere = arrived.current === place;
      const button = isHere ? document.querySelector<HTMLElement>(`[aria-controls="${SIDE_ID}"]`) : null;
      (isThere ? before : (button ?? document.getElementById(WORK_ID)))?.focus({ preventScroll: true });
    };
  }, [open]);
  const sheet = useMemo(() => ({ open, setOpen }), [open]);
  return (
    <SheetContext value={sheet}>
      <div className="app">
        <aside ref={aside} className={open ? "side open" : "side"} id={SIDE_ID} aria-label="Workspace">
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
        <div className="work" id={WORK_ID} tabIndex={-1} inert={open}>
          {children}
        </div>
      </div>
    </SheetContext>
  );
}
