"use client";
import type { EditorView } from "@tiptap/pm/view";
import { useEffect, useRef, useState } from "react";
import { type BlockId, isBlockId } from "../../../lib/core/ids.ts";
import type { Headings } from "./headings.ts";
import { readingLine } from "./reading-line.ts";

/** Space may stand above a block: so far up is looked for the one before it. */
const LOOKS_PX = [0, 16, 32, 48, 64, 96];

/**
 * The section that one reads, while the page scrolls. It asks the page for the block under one point, whatever the
 * document's length. One that was jumped to stays until the person scrolls.
 */
export function useSection(headings: Headings, view: EditorView) {
  const [section, setSection] = useState<BlockId | null>(null);
  const isHeld = useRef(false);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      if (isHeld.current || view.isDestroyed) return;
      const block = blockRead(view);
      setSection(block === null ? null : headings.sectionOf(block));
    };
    const later = () => {
      frame ||= requestAnimationFrame(look);
    };
    const letGo = () => {
      isHeld.current = false;
    };
    later();
    const stop = headings.shown.subscribe(later);
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", later, { passive: true });
    for (const name of OWN_SCROLLS) window.addEventListener(name, letGo, { passive: true, capture: true });
    return () => {
      cancelAnimationFrame(frame);
      stop();
      window.removeEventListener("scroll", later);
      window.removeEventListener("resize", later);
      for (const name of OWN_SCROLLS) window.removeEventListener(name, letGo, { capture: true });
    };
  }, [headings, view]);
  const hold = (id: BlockId) => {
    isHeld.current = true;
    setSection(id);
  };
  return { section, hold };
}

/** What a person scrolls with. */
const OWN_SCROLLS = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

function blockRead({ dom }: EditorView): BlockId | null {
  const page = document.documentElement;
  const area = dom.getBoundingClientRect();
  const line = readingLine({
    height: window.innerHeight,
    scrolled: window.scrollY,
    mostScrolled: page.scrollHeight - window.innerHeight,
  });
  const x = area.left + area.width / 2;
  const from = Math.min(line, area.bottom - 1);
  for (const up of LOOKS_PX) {
    const y = from - up;
    const found = document
      .elementsFromPoint(x, y)
      .find((element) => dom !== element && dom.contains(element));
    const id = found?.closest<HTMLElement>("[data-block-id]")?.dataset.blockId;
    if (isBlockId(id)) return id;
  }
  return null;
}
