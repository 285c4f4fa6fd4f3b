"use client";
import { type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Late } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { DropMark } from "./drop-mark.tsx";
import type { Exchange } from "./exchange.ts";
import { ItemMenu } from "./item-menu.tsx";
import { useTree } from "./tree-context.tsx";
import { type ItemEvents, TreeItem } from "./tree-item.tsx";
import { type Direction, linesOf, type Place, placeTowards, titleOf } from "./tree-model.ts";
import { documentPath, useCurrentDocument, useDocumentActions } from "./use-document-actions.ts";
import { useDuplicate } from "./use-duplicate.ts";
import { useLatest } from "./use-latest.ts";
import { useOpenBranches } from "./use-open-branches.ts";
import { useTreeDrag } from "./use-tree-drag.ts";
import { useTreeKeys } from "./use-tree-keys.ts";

const moveDialog = new LatePart(
  "The list of places",
  async () => (await import("./move-dialog.tsx")).MoveDialog,
);

type TreeProps = { workspaceId: string; canWrite: boolean; exchange: Exchange };

/** The documents as a tree: one tab stop, arrows inside, everything a pointer can do also by key. */
export function DocumentTree({ workspaceId, canWrite, exchange }: TreeProps) {
  const { rows, branches } = useTree();
  const currentId = useCurrentDocument();
  const { isOpen, setOpen } = useOpenBranches(branches, rows.size, currentId);
  const lines = useMemo(() => linesOf(branches, isOpen), [branches, isOpen]);
  const [focusId, setFocusId] = useState<string>();
  const [menuId, setMenuId] = useState<string>();
  const [renamingId, setRenamingId] = useState<string>();
  const [movingId, setMovingId] = useState<string>();
  const [said, setSaid] = useState("");
  const tree = useRef<HTMLDivElement>(null);
  const act = useDocumentActions(workspaceId);

  const item = (id: string | undefined) =>
    id ? (tree.current?.querySelector<HTMLElement>(`[data-id="${id}"]`) ?? null) : null;
  const isShown = (id: string | undefined) => id !== undefined && lines.some((line) => line.row.id === id);
  const reachable = [focusId, currentId].find(isShown) ?? lines[0]?.row.id;

  const focus = (id: string) => {
    setFocusId(id);
    item(id)?.focus();
    item(id)?.scrollIntoView({ block: "nearest" });
  };

  const move = async (id: string, direction: Direction) => {
    const intoId = direction === "in" ? placeTowards(branches, id, "in")?.parentId : null;
    if (intoId) setOpen(intoId, true);
    const stands = await act.move(id, direction);
    if (stands) setSaid(`${titleOf(rows.get(id))} moved ${direction}: ${stands}`);
  };

  const trash = (id: string) => {
    const index = lines.findIndex((line) => line.row.id === id);
    const level = lines[index]?.level ?? 1;
    const after = lines.slice(index + 1).find((line) => line.level <= level) ?? lines[index - 1];
    if (after && item(id)?.contains(document.activeElement)) focus(after.row.id);
    void act.trash(id);
  };

  const rename = (id: string) => setRenamingId(id);
  const renamed = (id: string, title: string | null) => {
    setRenamingId(undefined);
    if (title !== null) void act.rename(id, title);
    requestAnimationFrame(() => document.activeElement === document.body && focus(id));
  };

  const put = (id: string, place: Place) => {
    if (place.parentId) setOpen(place.parentId, true);
    void act.moveTo(id, place);
  };
  const { duplicate, dialog } = useDuplicate(workspaceId, exchange);
  const drag = useTreeDrag({ tree, lines, branches, setOpen, drop: put });

  const onKeyDown = useTreeKeys({
    lines,
    focus,
    setOpen,
    open: act.open,
    edit: canWrite ? { rename, trash, move } : undefined,
  });
  const onContextMenu = (event: MouseEvent) => {
    const id = (event.target as Element).closest<HTMLElement>("[role='treeitem']")?.dataset.id;
    if (!id || !canWrite || renamingId) return;
    event.preventDefault();
    setFocusId(id);
    setMenuId(id);
  };

  const latest = useLatest({ setOpen, renamed });
  const events = useMemo<ItemEvents>(
    () => ({
      onToggle: (id, open) => latest.current.setOpen(id, open),
      onMenu: (id) => setMenuId((now) => (now === id ? undefined : id)),
      onRenamed: (id, title) => latest.current.renamed(id, title),
    }),
    [latest],
  );
  const closeMenu = useCallback(() => setMenuId(undefined), []);
  const isRenaming = useLatest(renamingId !== undefined);
  const lastMenu = useRef<string>(undefined);
  useEffect(() => {
    if (menuId) lastMenu.current = menuId;
  }, [menuId]);

  return (
    <div className="tree-frame">
      <div
        ref={tree}
        className="tree"
        role="tree"
        aria-label="Documents"
        onKeyDown={onKeyDown}
        onContextMenu={onContextMenu}
        {...(canWrite ? drag.events : {})}
        onFocus={(event) => setFocusId(event.target.closest<HTMLElement>("[role='treeitem']")?.dataset.id)}
      >
        {lines.map((line) => (
          <TreeItem
            key={line.row.id}
            line={line}
            href={documentPath(workspaceId, line.row.id)}
            current={line.row.id === currentId}
            reachable={line.row.id === reachable}
            renaming={line.row.id === renamingId}
            menuOpen={line.row.id === menuId}
            canWrite={canWrite}
            dragged={line.row.id === drag.draggedId}
            events={events}
          />
        ))}
      </div>
      {drag.target ? <DropMark target={drag.target} item={item(drag.target.at)} /> : null}
      <span className="unseen" role="status" aria-label="Tree">
        {said}
      </span>
      <ItemMenu
        id={menuId}
        branches={branches}
        anchor={item(menuId)?.querySelector(".more") ?? null}
        focusAfter={() => (isRenaming.current ? false : item(lastMenu.current))}
        onClose={closeMenu}
        onCreate={(id) => {
          setOpen(id, true);
          void act.create(id);
        }}
        onRename={rename}
        onDuplicate={(id) => void duplicate(id)}
        onMove={move}
        onMoveTo={setMovingId}
        onTrash={trash}
      />
      {dialog}
      {movingId ? (
        <Late
          part={moveDialog}
          props={{
            id: movingId,
            rows,
            branches,
            onMove: put,
            onClose: () => setMovingId(undefined),
            focusAfter: () => item(lastMenu.current),
          }}
          onMissing={() => setMovingId(undefined)}
        />
      ) : null}
    </div>
  );
}
