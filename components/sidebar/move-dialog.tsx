"use client";
import { Dialog } from "@base-ui/react/dialog";
import { CornerLeftUp, FileText } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { type Goal, goalsFor, goalsNamed } from "./move-goals.ts";
import { type Branches, type DocumentRows, type Place, titleOf } from "./tree-model.ts";

type MoveProps = {
  id: string;
  rows: DocumentRows;
  branches: Branches;
  onMove: (id: string, place: Place) => void;
  onClose: () => void;
  focusAfter: () => HTMLElement | null | false;
};

/** So many are listed; more are found by their name. */
const SHOWN = 100;

/** Where a document shall go, found by name: for fingers, and for trees too tall to drag across. */
export function MoveDialog({ id, rows, branches, onMove, onClose, focusAfter }: MoveProps) {
  const [sought, setSought] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const goals = useMemo(() => goalsFor(id, rows, branches), [id, rows, branches]);
  const found = useMemo(() => goalsNamed(goals, sought), [goals, sought]);
  const choose = ({ id: parentId }: Goal) => {
    const last = (branches.children.get(parentId ?? "") ?? []).filter((row) => row.id !== id).at(-1);
    onMove(id, { parentId, afterId: last?.id ?? null });
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === field.current && found[0]) return choose(found[0]);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const next = all.indexOf(event.target as HTMLElement) + by;
    (next < 0 ? field.current : all[Math.min(next, all.length - 1)])?.focus();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup
          className="dialog move"
          initialFocus={field}
          finalFocus={focusAfter}
          onKeyDown={onKeyDown}
        >
          <Dialog.Title>Move “{titleOf(rows.get(id))}” to…</Dialog.Title>
          <input
            ref={field}
            className="input"
            aria-label="Find the document to move it into"
            placeholder="Find a document"
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
          <ul ref={list} aria-label="Places">
            {found.slice(0, SHOWN).map((goal) => (
              <li key={goal.id ?? "top"}>
                <button type="button" className="row" onClick={() => choose(goal)}>
                  {goal.id === null ? (
                    <CornerLeftUp className="i" aria-hidden />
                  ) : (
                    <FileText className="i" aria-hidden />
                  )}
                  <span className="own-way" dir="auto">
                    {goal.title}
                  </span>
                  {goal.way ? <span className="note">{goal.way}</span> : null}
                </button>
              </li>
            ))}
          </ul>
          <p className="note" role="status">
            {saying(found.length)}
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function saying(count: number): string {
  if (count === 0) return "No document that it can go into has this name.";
  return count > SHOWN ? `${count - SHOWN} more: type a part of the name.` : "";
}
