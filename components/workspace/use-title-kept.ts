"use client";
import { useEffect } from "react";
import { TAB_TITLE } from "../editor/tab-title.ts";

/**
 * Next takes the title of a page away when one goes to another, and brings the other's up to half a second later; the
 * browser calls the tab by its address meanwhile. What the breadcrumb says stands there until then: what the page's own
 * title will be, or that it is being opened. Next reads it out at this moment.
 */
export function useTitleKept(): void {
  useEffect(() => keepTitle(document.head), []);
}

function keepTitle(head: HTMLHeadElement): () => void {
  let own: HTMLTitleElement | null = null;
  const look = () => {
    const titles = [...head.querySelectorAll("title")];
    if (own && titles.length > 1) {
      own.remove();
      own = null;
    } else if (titles.length === 0) {
      const name = document.querySelector(".crumbs [aria-current]")?.textContent;
      if (!name) return;
      own = document.createElement("title");
      own.textContent = TAB_TITLE.replace("%s", () => name);
      head.append(own);
    }
  };
  const watch = new MutationObserver(look);
  watch.observe(head, { childList: true });
  return () => {
    watch.disconnect();
    own?.remove();
  };
}
