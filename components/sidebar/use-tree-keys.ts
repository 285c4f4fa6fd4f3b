"use client";
import { type KeyboardEvent, useRef } from "react";
import { type Direction, type TreeLine, typeahead } from "./tree-model.ts";

type Wishes = {
  lines: readonly TreeLine[];
  focus: (id: string) => void;
  setOpen: (id: string, open: boolean) => void;
  open: (id: string) => void;
  /** Undefined for those who may only read. */
  edit:
    | { rename: (id: string) => void; trash: (id: string) => void; move: (id: string, to: Direction) => void }
    | undefined;
};

const moves: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowRight: "in",
  ArrowLeft: "out",
};

/** Letters typed within this time belong to one word. */
const WORD_MS = 700;

/** The keys of a tree: arrows, Home, End, letters, Enter; F2, Delete and Alt+Shift+arrows for those who may write. */
export function useTreeKeys({ lines, focus, setOpen, open, edit }: Wishes) {
  const word = useRef({ text: "", at: 0 });

  const goTo = (index: number) => {
    const line = lines[Math.max(0, Math.min(lines.length - 1, index))];
    if (line) focus(line.row.id);
  };

  const sideways = (index: number, line: TreeLine, key: string) => {
    if (key === "ArrowRight") {
      if (line.open === false) setOpen(line.row.id, true);
      else if (line.open) goTo(index + 1);
    } else if (line.open) setOpen(line.row.id, false);
    else {
      const above = lines.slice(0, index).findLastIndex((one) => one.level < line.level);
      if (above >= 0) goTo(above);
    }
  };

  const type = (index: number, key: string) => {
    const now = Date.now();
    const text = now - word.current.at < WORD_MS ? word.current.text + key : key;
    word.current = { text, at: now };
    const found = typeahead(lines, index, text);
    if (found >= 0) goTo(found);
  };

  const plain = (index: number, line: TreeLine, key: string): boolean => {
    if (key === "ArrowDown") goTo(index + 1);
    else if (key === "ArrowUp") goTo(index - 1);
    else if (key === "Home") goTo(0);
    else if (key === "End") goTo(lines.length - 1);
    else if (key === "ArrowRight" || key === "ArrowLeft") sideways(index, line, key);
    else if (key === "Enter" || (key === " " && word.current.text === "")) open(line.row.id);
    else if (key === "F2" && edit) edit.rename(line.row.id);
    else if (key === "Delete" && edit) edit.trash(line.row.id);
    // "?" asks for the shortcuts
    else if ([...key].length === 1 && key !== "?") type(index, key);
    else return false;
    return true;
  };

  return (event: KeyboardEvent<HTMLElement>) => {
    // Keys inside an item (its menu button, the field that renames it) are its own.
    if (!(event.target instanceof HTMLElement) || event.target.role !== "treeitem") return;
    const index = lines.findIndex((line) => line.row.id === (event.target as HTMLElement).dataset.id);
    const line = lines[index];
    if (!line || event.ctrlKey || event.metaKey) return;
    const direction = event.altKey && event.shiftKey ? moves[event.key] : undefined;
    if (direction && edit) edit.move(line.row.id, direction);
    else if (event.altKey || !plain(index, line, event.key)) return;
    event.preventDefault();
  };
}
