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
  useOpening(target, latest);
  useEffect(() => {
    const { tree } = latest.current;
    if (draggedId === undefined || !tree.current) return;
    const frame = tree.current;
    const targetAt = (event: globalThis.DragEvent) => targetUnder(event, frame, draggedId, latest.current);
    const over = (event: globalThis.DragEvent) => {
      const next = event.target instanceof Node && frame.contains(event.target) ? targetAt(event) : null;
      if (next) event.preventDefault();
      setTarget((now) => (isSame(now, next) ? now : next));
    };
    const end = () => {
      setDragged(undefined);
      setTarget(null);
    };
    const drop = (event: globalThis.DragEvent) => {
      event.preventDefault();
      const goal = targetAt(event);
      end();
      if (goal) latest.current.drop(draggedId, goal.place);
    };
    const cancel = (event: KeyboardEvent) => event.key === "Escape" && end();
    document.addEventListener("dragover", over);
    document.addEventListener("dragend", end);
    document.addEventListener("keydown", cancel, true);
    frame.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragend", end);
      document.removeEventListener("keydown", cancel, true);
      frame.removeEventListener("drop", drop);
    };
  }, [draggedId, latest]);
  const start = (event: DragEvent<HTMLElement>) => {
    const id = itemOf(event.target)?.dataset.id;
    // a finger scrolls; its way is "Move to…"
    if (!id || isTouch.current) return event.preventDefault();
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("application/x-document", id);
    // the page may change only after the browser has taken its picture
    setTimeout(() => setDragged(id));
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
