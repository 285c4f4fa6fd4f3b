"use client";
import { useEffect } from "react";

/** ? and Ctrl/Cmd+/ outside of what one writes in (there "/" opens a block's menu), and Ctrl/Cmd+Shift+/ anywhere. */
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
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (altKey || event.isComposing || event.defaultPrevented) return false;
  const isControlled = ctrlKey || metaKey;
  if (isControlled && (key === "?" || (key === "/" && event.shiftKey))) return true;
  const isWriting =
    target instanceof Element && target.closest("input, textarea, select, [contenteditable='true']") !== null;
  return !isWriting && (key === "?" || (key === "/" && isControlled));
}
