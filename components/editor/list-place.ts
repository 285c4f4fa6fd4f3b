/** Where lists beside the text have room, and how far they are scrolled. */

/** What of the window is neither under the page's bar nor under the one above a phone's keyboard, in px from its top. */
export function inSight(): { top: number; bottom: number } {
  const edges = (selector: string) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    // what is not drawn has its edges at 0
    return box && box.height > 0 ? box : null;
  };
  return { top: edges(".bar")?.bottom ?? 0, bottom: edges(".format-bar")?.top ?? window.innerHeight };
}

/** Of the list alone: it has no place yet when it is new, and the page would go where it is. */
export function scrollWithin(option: Element): void {
  const list = option.closest("[role=listbox]");
  if (!list) return;
  const { top, bottom } = option.getBoundingClientRect();
  const seen = list.getBoundingClientRect();
  if (top < seen.top) list.scrollTop -= seen.top - top;
  else if (bottom > seen.bottom) list.scrollTop += bottom - seen.bottom;
}
