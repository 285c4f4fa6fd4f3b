"use client";
import {
  ArrowDown,
  ArrowUp,
  Copy,
  FilePlus,
  FolderInput,
  IndentDecrease,
  IndentIncrease,
  Pencil,
  Trash2,
} from "lucide-react";
import { MenuItem, MenuLine } from "../ui/menu.tsx";
import { type Branches, type Direction, placeTowards } from "./tree-model.ts";

export type ItemActs = {
  onCreate: (id: string) => void;
  onRename: (id: string) => void;
  onDuplicate: (id: string) => void;
  onMove: (id: string, direction: Direction) => void;
  onMoveTo: (id: string) => void;
  onTrash: (id: string) => void;
};

const moves = [
  { direction: "up", icon: ArrowUp, label: "Move up" },
  { direction: "down", icon: ArrowDown, label: "Move down" },
  { direction: "in", icon: IndentIncrease, label: "Move into the one above" },
  { direction: "out", icon: IndentDecrease, label: "Move out" },
] as const;

/** What can be done with a document of the tree. */
export function ItemMenuItems({ id, branches, ...act }: ItemActs & { id: string; branches: Branches }) {
  return (
    <>
      <MenuItem icon={FilePlus} onClick={() => act.onCreate(id)}>
        New document inside
      </MenuItem>
      <MenuItem icon={Pencil} onClick={() => act.onRename(id)}>
        Rename
      </MenuItem>
      <MenuItem icon={Copy} onClick={() => act.onDuplicate(id)}>
        Duplicate
      </MenuItem>
      <MenuLine />
      {moves.map(({ direction, icon, label }) => (
        <MenuItem
          key={direction}
          icon={icon}
          disabled={placeTowards(branches, id, direction) === null}
          onClick={() => act.onMove(id, direction)}
        >
          {label}
        </MenuItem>
      ))}
      <MenuItem icon={FolderInput} onClick={() => act.onMoveTo(id)}>
        Move to…
      </MenuItem>
      <MenuLine />
      <MenuItem icon={Trash2} onClick={() => act.onTrash(id)}>
        Move to trash
      </MenuItem>
    </>
  );
}
