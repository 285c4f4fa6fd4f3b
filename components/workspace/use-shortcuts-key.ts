"use client";
import { useEffect } from "react";

/** ? outside of what one writes in, and Ctrl/Cmd+/ anywhere. */
export function useShortcutsKey(toggle: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isAsked(event)) return;
      event.preventDefault();
      toggle();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [toggle]);
}

function isAsked(event: KeyboardEvent): boolean {
  const { target, altKey, ctrlKey, metaKey } = event;
  // where "/" is a digit with Shift, the text may have had its own use for it
  if (event.key === "/") return (ctrlKey || metaKey) && !altKey && !event.defaultPrevented;
  if (event.key !== "?" || altKey || ctrlKey || metaKey || event.isComposing) return false;
  return !(target instanceof Element && target.closest("input, textarea, select, [contenteditable='true']"));
}
