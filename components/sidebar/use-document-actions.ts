"use client";
import { useParams } from "next/navigation";
import { useGo } from "../ui/go.tsx";
import { toast } from "../ui/toast.ts";
import { placeOf, stillThere } from "./drop-target.ts";
import { useTree, useTreeStore } from "./tree-context.tsx";
import {
  ancestorsOf,
  type Branches,
  branchesOf,
  type Direction,
  type DocumentRows,
  type Place,
  placeTowards,
  titleOf,
} from "./tree-model.ts";

/** What can be done with a document from anywhere. Each says in a notice what failed, and what is safe. */
export function useDocumentActions(workspaceId: string) {
  const store = useTreeStore();
  const { rows, branches } = useTree();
  const go = useGo();
  const currentId = useCurrentDocument();
  const name = (id: string) => `“${titleOf(rows.get(id))}”`;

  const pathOf = (id: string) => documentPath(workspaceId, id);
  const open = (id: string) => void go(pathOf(id));

  const create = async (parentId: string | null, title = "") => {
    const afterId = branches.children.get(parentId ?? "")?.at(-1)?.id ?? null;
    try {
      await go(store.create({ parentId, afterId }, title).then(pathOf));
    } catch (error) {
      failed("The document was not created.", error);
    }
  };

  const put = (id: string, place: Place) =>
    store.move(id, place).then(
      () => true,
      (error: unknown) => {
        failed(`${name(id)} stays where it was.`, error);
        return false;
      },
    );

  /** One step; where it stands then, in words, or null when it stays. */
  const move = async (id: string, direction: Direction): Promise<string | null> => {
    const place = placeTowards(branches, id, direction);
    if (!place || !(await put(id, place))) return null;
    return standing(branchesOf(store.rows()), store.rows(), id);
  };

  /** To any place; a notice says so and takes it back. */
  const moveTo = async (id: string, place: Place) => {
    const before = placeOf(branches, id);
    if (!(await put(id, place))) return;
    const where = place.parentId ? `inside ${name(place.parentId)}` : "at the top level";
    const said = before.parentId === place.parentId ? "was moved" : `is now ${where}`;
    const undo = () => void put(id, stillThere(branchesOf(store.rows()), id, before));
    toast(`${name(id)} ${said}.`, { action: { label: "Undo", onClick: undo } });
  };

  const rename = (id: string, title: string) =>
    store.rename(id, title).catch((error: unknown) => failed(`${name(id)} keeps its title.`, error));

  const restore = (id: string) =>
    store.restore(id).catch((error: unknown) => failed("It is still in the trash.", error));

  const trash = async (id: string) => {
    const wasHere =
      currentId !== undefined && (currentId === id || ancestorsOf(branches, currentId).includes(id));
    const said = name(id);
    try {
      await store.trash(id);
    } catch (error) {
      failed(`${said} was not moved to the trash.`, error);
      return;
    }
    if (wasHere) void go(`/w/${workspaceId}`);
    toast(`${said} is in the trash.`, { action: { label: "Undo", onClick: () => void restore(id) } });
  };

  return { open, create, move, moveTo, rename, trash, restore };
}

function standing(branches: Branches, rows: DocumentRows, id: string): string {
  const parent = branches.parent.get(id) ?? "";
  const siblings = branches.children.get(parent) ?? [];
  const place = `${siblings.findIndex((row) => row.id === id) + 1} of ${siblings.length}`;
  return parent === "" ? `${place} at the top level` : `${place} inside ${titleOf(rows.get(parent))}`;
}

export function documentPath(workspaceId: string, documentId: string): string {
  return `/w/${workspaceId}/d/${documentId}`;
}

export function useCurrentDocument(): string | undefined {
  const { documentId } = useParams<{ documentId?: string }>();
  return documentId;
}

function failed(what: string, error: unknown) {
  toast.error(what, { description: error instanceof Error ? error.message : "Try again in a moment." });
}
