"use client";
import { useEffect } from "react";

/** Ctrl/Cmd+K, also while one writes. Other dialogs are not covered by this one. */
export function useSearchKey(toggle: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
      if (key.toLowerCase() !== "k" || !(ctrlKey || metaKey) || altKey || shiftKey) return;
      if (event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      if (!isCovered()) toggle();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [toggle]);
}

const isCovered = (): boolean =>
  document.querySelector(":is([role='dialog'], [role='alertdialog']).dialog") !== null;
