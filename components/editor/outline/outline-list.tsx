"use client";
import type { EditorView } from "@tiptap/pm/view";
import { type CSSProperties, type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import type { BlockId } from "../../../lib/core/ids.ts";
import { flashBlock } from "../../../lib/editor/flash.ts";
import { useStore } from "../use-session.ts";
import type { Headings } from "./headings.ts";
import { useSection } from "./use-section.ts";

type ListProps = { headings: Headings; view: EditorView; onJump?: () => void };

/** The headings as links: one tab stop, arrows inside. Following one shows and marks its block, unfolding what hides it. */
export function OutlineList({ headings, view, onJump }: ListProps) {
  const shown = useStore(headings.shown);
  const { section, hold } = useSection(headings, view);
  const list = useRef<HTMLOListElement>(null);
  useShown(list, section);
  const links = () => [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
  const top = Math.min(...shown.map(({ level }) => level));
  const reachable = shown.some(({ id }) => id === section) ? section : shown[0]?.id;
  const onKeyDown = (event: KeyboardEvent) => {
    const all = links();
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
  };
  const jump = (event: MouseEvent, id: BlockId) => {
    // another tab, another window: the link's own way
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onJump?.();
    flashBlock(view, id);
    hold(id);
  };
  return (
    <ol className="outline-list" ref={list} onKeyDown={onKeyDown}>
      {shown.map(({ id, level, text }) => (
        <li key={id} style={{ "--depth": level - top } as CSSProperties}>
          <a
            href={`#${id}`}
            tabIndex={id === reachable ? 0 : -1}
            dir="auto"
            onClick={(event) => jump(event, id)}
            {...(id === section ? { "aria-current": "location" as const } : {})}
          >
            {text || "Untitled"}
          </a>
        </li>
      ))}
    </ol>
  );
}

/** A long outline follows the page: the current section stays in sight within it. */
function useShown(list: { readonly current: HTMLElement | null }, section: BlockId | null) {
  useEffect(() => {
    if (section === null) return;
    const link = list.current?.querySelector<HTMLElement>("[aria-current]");
    const frame = list.current?.closest<HTMLElement>("[data-outline]");
    if (!link || !frame || link.contains(document.activeElement)) return;
    const [inner, outer] = [link.getBoundingClientRect(), frame.getBoundingClientRect()];
    if (inner.top < outer.top) frame.scrollTop += inner.top - outer.top;
    else if (inner.bottom > outer.bottom) frame.scrollTop += inner.bottom - outer.bottom;
  }, [list, section]);
}
