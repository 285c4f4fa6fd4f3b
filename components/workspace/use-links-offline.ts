"use client";
import { useEffect } from "react";
import { useGo } from "../ui/use-go.ts";

/** Links go the way of `useGo` while the browser says that it has no connection. */
export function useLinksOffline(): void {
  const go = useGo();
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      if (navigator.onLine || event.button !== 0) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || !leadsElsewhere(link)) return;
      event.preventDefault();
      go(link.href);
    };
    // before Next's own links hear of it
    document.addEventListener("click", onClick, true);
    return () => document.removeEventListener("click", onClick, true);
  }, [go]);
}

/** To another page of the product, in this tab. What stands in the text, or is chosen by a list, has ways of its own. */
function leadsElsewhere(link: HTMLAnchorElement): boolean {
  if (link.target || link.download || link.closest("[contenteditable], [role=option]")) return false;
  return link.origin === window.location.origin && link.pathname !== window.location.pathname;
}
