"use client";
import type { Command } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  AlignCenter,
  AlignLeft,
  AlignRight,
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  PanelTop,
  Table2,
  Trash2,
} from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import {
  addColumn,
  addRow,
  alignColumn,
  deleteColumn,
  deleteRow,
  deleteTable,
  moveColumn,
  moveRow,
  toggleHeader,
} from "../../lib/editor/table-commands.ts";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import type { TableHere, TableStore } from "./table-store.ts";
import { useStore } from "./use-session.ts";

type Props = {
  view: EditorView;
  store: TableStore;
  area: RefObject<HTMLDivElement | null>;
  /** A gesture is an undo step. */
  newStep: () => void;
};

/** The button at the corner of the table that the caret is in: rows, columns, the head, the table itself. */
export function TableMenu({ view, store, area, newStep }: Props) {
  const here = useStore(store.here);
  const place = usePlace(view, here, area);
  if (here === null || place === null) return null;
  const run = (command: Command) => () => {
    newStep();
    command(view.state, view.dispatch, view);
  };
  return (
    <div className="table-tools" style={place}>
      <Menu
        focusAfter={() => {
          view.focus(); // with the caret where the command put it
          return view.dom;
        }}
        trigger={
          <button type="button" className="icon-button" aria-label="Table actions">
            <Table2 className="i" aria-hidden />
          </button>
        }
      >
        <MenuItem icon={ArrowUp} onClick={run(addRow(0))}>
          Insert row above
        </MenuItem>
        <MenuItem icon={ArrowDown} onClick={run(addRow(1))}>
          Insert row below
        </MenuItem>
        <MenuItem icon={ArrowLeft} onClick={run(addColumn(0))}>
          Insert column before
        </MenuItem>
        <MenuItem icon={ArrowRight} onClick={run(addColumn(1))}>
          Insert column behind
        </MenuItem>
        <MenuLine />
        <MenuItem onClick={run(moveRow(-1))}>Move row up</MenuItem>
        <MenuItem onClick={run(moveRow(1))}>Move row down</MenuItem>
        <MenuItem onClick={run(moveColumn(-1))}>Move column back</MenuItem>
        <MenuItem onClick={run(moveColumn(1))}>Move column on</MenuItem>
        <MenuLine />
        <MenuItem icon={PanelTop} onClick={run(toggleHeader)}>
          Header row
        </MenuItem>
        <MenuItem icon={AlignLeft} onClick={run(alignColumn("left"))}>
          Align column left
        </MenuItem>
        <MenuItem icon={AlignCenter} onClick={run(alignColumn("center"))}>
          Centre column
        </MenuItem>
        <MenuItem icon={AlignRight} onClick={run(alignColumn("right"))}>
          Align column right
        </MenuItem>
        <MenuLine />
        <MenuItem onClick={run(deleteRow)}>Delete row</MenuItem>
        <MenuItem onClick={run(deleteColumn)}>Delete column</MenuItem>
        <MenuItem icon={Trash2} danger onClick={run(deleteTable)}>
          Delete table
        </MenuItem>
      </Menu>
    </div>
  );
}

/** Above the table's right end. */
function usePlace(view: EditorView, here: TableHere | null, area: RefObject<HTMLDivElement | null>) {
  const [place, setPlace] = useState<{ top: number; left: number } | null>(null);
  useEffect(() => {
    const around = area.current?.getBoundingClientRect();
    const dom = here === null ? null : view.nodeDOM(here.pos);
    if (!around || !(dom instanceof HTMLElement)) {
      setPlace(null);
      return;
    }
    const box = dom.getBoundingClientRect();
    setPlace({ top: box.top - around.top, left: box.right - around.left });
  }, [view, here, area]);
  return place;
}
