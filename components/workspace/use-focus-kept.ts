"use client";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** What stands beside the sidebar, whatever page it shows; it takes the focus by code alone. */
export const WORK_ID = "work";

/**
 * Who goes to another page by something that goes with the old one (a link in a list, a menu, a notice) would be left
 * with the focus nowhere, and the next Tab begin at the top of the sidebar. The pages' own frame takes it then: it stays
 * while what a page shows until it comes gives way to the page.
 */
export function useFocusKept(): void {
  const pathname = usePathname();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    // a dialog or menu that closes meanwhile gives the focus back first, and a new document takes it to its title
    const frame = requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      document.getElementById(WORK_ID)?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname]);
}
