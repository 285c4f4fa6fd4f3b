"use client";
import { type DragEvent, type RefObject, useEffect, useRef, useState } from "react";
import { type DropTarget, dropTarget } from "./drop-target.ts";
import type { Branches, Place, TreeLine } from "./tree-model.ts";
import { useLatest } from "./use-latest.ts";

type Wishes = {
  tree: RefObject<HTMLElement | null>;
  lines: readonly TreeLine[];
  branches: Branches;
  setOpen: (id: string, open: boolean) => void;
  drop: (id: string, place: Place) => void;
};

/** So long over the middle of a shut document, and it opens. */
const OPENS_MS = 600;
/** One level of the tree, in CSS pixels. */
const STEP_PX = 16;

/**
 * Documents under way by mouse or pen: a line shows where one would stand, a frame what it would go into. Where it goes
 * is asked of the tree as it is at the drop, because others may change it meanwhile. Escape ends it.
 */
export function useTreeDrag(wishes: Wishes) {
  const latest = useLatest(wishes);
  const [draggedId, setDragged] = useState<string>();
  const [target, setTarget] = useState<DropTarget | null>(null);
  const isTouch = useRef(false);
  /** Known before it is drawn: a drop may come sooner. */
  const dragged = useRef<string | undefined>(undefined);
  useOpening(target, latest);
  useEffect(() => {
    const targetAt = (event: globalThis.DragEvent) => {
      const frame = latest.current.tree.current;
      if (!frame || dragged.current === undefined) return null;
      if (!(event.target instanceof Node) || !frame.contains(event.target)) return null;
      return targetUnder(event, frame, dragged.current, latest.current);
    };
    const over = (event: globalThis.DragEvent) => {
      const next = targetAt(event);
      if (next) event.preventDefault();
      setTarget((now) => (isSame(now, next) ? now : next));
    };
    const end = () => {
      dragged.current = undefined;
      setDragged(undefined);
      setTarget(null);
    };
    const drop = (event: globalThis.DragEvent) => {
      const id = dragged.current;
      if (id === undefined || !latest.current.tree.current?.contains(event.target as Node)) return;
      event.preventDefault();
      const goal = targetAt(event);
      end();
      if (goal) latest.current.drop(id, goal.place);
    };
    const cancel = (event: KeyboardEvent) => {
      if (event.key === "Escape" && dragged.current !== undefined) end();
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragend", end);
    document.addEventListener("keydown", cancel, true);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragend", end);
      document.removeEventListener("keydown", cancel, true);
      document.removeEventListener("drop", drop);
    };
  }, [latest]);
  const start = (event: DragEvent<HTMLElement>) => {
    const id = itemOf(event.target)?.dataset.id;
    // a finger scrolls; its way is "Move to…"
    if (!id || isTouch.current) return event.preventDefault();
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("application/x-document", id);
    dragged.current = id;
    // the page may change only after the browser has taken its picture
    setTimeout(() => dragged.current === id && setDragged(id));
  };
  const events = {
    onDragStart: start,
    onPointerDown: (event: { pointerType: string }) => {
      isTouch.current = event.pointerType === "touch";
    },
  };
  return { draggedId, target, events };
}

const itemOf = (target: EventTarget): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[role='treeitem']") : null;

function targetUnder(
  event: globalThis.DragEvent,
  frame: HTMLElement,
  draggedId: string,
  { lines, branches }: Wishes,
): DropTarget | null {
  const item = event.target && itemOf(event.target);
  if (!item) return null;
  const index = lines.findIndex((line) => line.row.id === item.dataset.id);
  const box = item.getBoundingClientRect();
  return dropTarget(lines, branches, draggedId, {
    index,
    height: (event.clientY - box.top) / box.height,
    level: Math.floor((event.clientX - frame.getBoundingClientRect().left) / STEP_PX),
  });
}

function isSame(a: DropTarget | null, b: DropTarget | null): boolean {
  return a?.at === b?.at && a?.side === b?.side && a?.level === b?.level;
}

function useOpening(target: DropTarget | null, latest: RefObject<Wishes>) {
  useEffect(() => {
    if (target?.side !== "inside") return;
    const { lines, setOpen } = latest.current;
    if (lines.find((line) => line.row.id === target.at)?.open !== false) return;
    const timer = setTimeout(() => setOpen(target.at, true), OPENS_MS);
    return () => clearTimeout(timer);
  }, [target, latest]);
}
