/**
 * Who uses a notice's button comes from somewhere. Sonner gives the focus back there a moment after the last notice has
 * gone, also to who is elsewhere by then, at work; so it is not told of the focus, and this gives it back at once, when a
 * notice goes with the focus in it, and at no other time. Returns how to stop.
 */
export function keepNoticeFocus(notices: HTMLElement | null): (() => void) | undefined {
  if (!notices) return;
  let before: HTMLElement | null = null;

  const onFocusIn = (event: FocusEvent) => {
    event.stopPropagation();
    const from = event.relatedTarget as HTMLElement | null;
    if (!notices.contains(from)) before = from;
  };
  const onFocusOut = (event: FocusEvent) => {
    const left = event.target as Node;
    // A notice that is taken out of the page tells it too, while it still stands there.
    queueMicrotask(() => {
      if (left.isConnected && !notices.contains(document.activeElement)) before = null;
    });
  };
  const removed = new MutationObserver(() => {
    if (!before || document.activeElement !== document.body) return;
    before.focus({ preventScroll: true });
    before = null;
  });

  notices.addEventListener("focusin", onFocusIn);
  notices.addEventListener("focusout", onFocusOut);
  removed.observe(notices, { childList: true, subtree: true });
  return () => {
    notices.removeEventListener("focusin", onFocusIn);
    notices.removeEventListener("focusout", onFocusOut);
    removed.disconnect();
  };
}
