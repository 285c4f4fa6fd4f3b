/** What the tab is called: the document's title as it is now. The server's page says what it was when it was made. */
import type * as Y from "yjs";

/** Next's template of what a page calls itself. */
export const TAB_TITLE = "%s – Command Center";

/**
 * Keeps the tab's title at the shared one, until it is told to stop. The element is Next's, which puts another in its
 * place as it likes: it is looked up each time, and never made, because of two the browser shows the first.
 */
export function keepTabTitle(text: Y.Text): () => void {
  const show = () => {
    const title = TAB_TITLE.replace("%s", () => text.toString().trim() || "Untitled");
    const element = document.head.querySelector("title");
    if (element && element.textContent !== title) element.textContent = title;
  };
  const watch = new MutationObserver(show);
  watch.observe(document.head, { childList: true, characterData: true, subtree: true });
  text.observe(show);
  show();
  return () => {
    watch.disconnect();
    text.unobserve(show);
  };
}
