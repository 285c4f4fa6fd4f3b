"use client";
import type { Command } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  ArrowDown,
  ArrowUp,
  ClipboardCopy,
  Columns2,
  Copy,
  FoldHorizontal,
  GripVertical,
  Link2,
  Palette,
  Plus,
  Rows2,
  Trash2,
  Type,
  UnfoldHorizontal,
} from "lucide-react";
import { type DragEvent, type RefObject, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { BlockId } from "../../lib/core/ids.ts";
import type { BlockColors } from "../../lib/core/palette.ts";
import { colorBlocks } from "../../lib/editor/block-color.ts";
import { chosenRange } from "../../lib/editor/chosen.ts";
import { choose, deleteChosen, duplicate } from "../../lib/editor/chosen-commands.ts";
import { isColumnsPart } from "../../lib/editor/column-places.ts";
import { widenColumn } from "../../lib/editor/column-widths.ts";
import { addColumn, isInColumns, removeColumns } from "../../lib/editor/columns-commands.ts";
import { addBlockBehind, turnInto } from "../../lib/editor/commands.ts";
import {
  type BlockUnder,
  blockById,
  blockOfCaret,
  blockUnder,
  type DropPlace,
  dropAt,
  dropPlace,
} from "../../lib/editor/drop-place.ts";
import { moveBlock, movedNodes } from "../../lib/editor/move-block.ts";
import { COLOR_ITEMS } from "../../lib/editor/slash-items.ts";
import { copyPageLink } from "../ui/copy-link.ts";
import { MenuItem, MenuLine, MenuPopup, MenuRoot, MenuSub } from "../ui/menu.tsx";
import { toast } from "../ui/toast.ts";
import { copyBlocks } from "./copy-blocks.ts";
import { backTo, SHAPES } from "./format-tools.tsx";
import type { DocumentEditor } from "./open-editor.ts";

type Props = {
  view: EditorView;
  area: RefObject<HTMLDivElement | null>;
  onChange: DocumentEditor["onChange"];
  /** A gesture is an undo step. */
  newStep: () => void;
  history: DocumentEditor["history"];
  /** Filled in here: opens the menu of the block that the caret is in. */
  opener: RefObject<(() => void) | null>;
};

/** Beside the block under the pointer: a plus that adds one below, and a grip to drag it by and to open its menu. */
export function BlockHandle({ view, area, onChange, newStep, history, opener }: Props) {
  const [id, setUnder] = useState<BlockId | null>(null);
  const under = useBlock(view, onChange, id);
  const [isOpen, setOpen] = useState(false);
  const drag = useDrag(view, area, newStep);
  useHover(view, area, (block) => {
    if (!isOpen && !drag.isUnderWay) setUnder(block?.id ?? null);
  });
  useMenuKey(view, opener, (block) => {
    setUnder(block.id);
    setOpen(true);
    take(block.id);
  });
  const around = area.current?.getBoundingClientRect();
  const box = under?.element.getBoundingClientRect();
  /** The block under the pointer, or the chosen ones if it is one of them. */
  const take = (block: BlockId) => {
    const range = chosenRange(view.state);
    const { index } = blockById(view, block) ?? {};
    if (index === undefined || (range !== null && index >= range.first && index < range.end)) return;
    view.dispatch(choose(view.state.tr, block, block));
  };
  const run = (command: Command) => () => {
    newStep();
    command(view.state, view.dispatch, view);
  };
  return (
    <>
      {under && box && around ? (
        <div
          className="gutter shown block-handle"
          style={{ top: box.top - around.top, left: box.left - around.left }}
          contentEditable={false}
        >
          <button
            type="button"
            className="icon-button"
            aria-label="Add a block below"
            onClick={() => {
              const here = blockById(view, under.id);
              if (here) run(addBlockBehind(here.index))();
              view.focus();
            }}
          >
            <Plus className="i" aria-hidden />
          </button>
          <BlockMenu
            view={view}
            run={run}
            onDelete={() => deleteWithNotice(view, newStep, history)}
            isOpen={isOpen}
            onOpen={(open) => {
              setOpen(open);
              if (open) take(under.id);
            }}
            block={under}
            onDragStart={(event) => {
              take(under.id);
              drag.start(event, under);
            }}
          />
        </div>
      ) : null}
      {drag.place && around ? (
        <div
          className="drop-line"
          aria-hidden
          style={{
            top: drag.place.top - around.top,
            left: drag.place.left - around.left,
            width: drag.place.width,
            height: drag.place.height,
          }}
        />
      ) : null}
    </>
  );
}

type MenuProps = {
  view: EditorView;
  run: (command: Command) => () => void;
  onDelete: () => void;
  block: BlockUnder;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
  onDragStart: (event: DragEvent<HTMLElement>) => void;
};

/** Opened by a click and not, as menus are, by pressing: pressing begins a drag. Narrow pages have no grip: it is at the block. */
function BlockMenu({ view, run, onDelete, block, isOpen, onOpen, onDragStart }: MenuProps) {
  const grip = useRef<HTMLButtonElement>(null);
  const { element } = block;
  const place = useMemo(
    () => ({
      getBoundingClientRect: () =>
        (grip.current?.offsetParent ? grip.current : element).getBoundingClientRect(),
    }),
    [element],
  );
  return (
    <>
      <button
        ref={grip}
        type="button"
        className="icon-button grip"
        aria-label="Move or change this block"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        draggable
        onDragStart={onDragStart}
        onClick={() => onOpen(!isOpen)}
      >
        <GripVertical className="i" aria-hidden />
      </button>
      <MenuRoot open={isOpen} onOpenChange={(open) => onOpen(open)}>
        <MenuPopup anchor={place} focusAfter={() => backTo(view)}>
          <MenuSub icon={Type} label="Turn into">
            {SHAPES.map(({ type, name, props }) => (
              <MenuItem key={type} onClick={run(turnInto(type, props))}>
                {name}
              </MenuItem>
            ))}
          </MenuSub>
          <MenuSub icon={Palette} label="Colour">
            {COLOR_ITEMS.map(({ name, props }) => (
              <MenuItem key={name} onClick={run(colorBlocks(props))}>
                <Sample {...props} name={name} />
              </MenuItem>
            ))}
          </MenuSub>
          <MenuItem icon={Copy} onClick={run(duplicate)}>
            Duplicate
          </MenuItem>
          <MenuItem
            icon={Link2}
            onClick={() => void copyPageLink("The link to this block is copied.", block.id)}
          >
            Copy link to block
          </MenuItem>
          <MenuItem icon={ClipboardCopy} onClick={() => void copyBlocks(view, "Markdown")}>
            Copy as Markdown
          </MenuItem>
          <MenuItem icon={ClipboardCopy} onClick={() => void copyBlocks(view, "HTML")}>
            Copy as HTML
          </MenuItem>
          <MenuLine />
          <MenuItem icon={ArrowUp} onClick={run(moveBlock(-1))}>
            Move up
          </MenuItem>
          <MenuItem icon={ArrowDown} onClick={run(moveBlock(1))}>
            Move down
          </MenuItem>
          <ColumnItems view={view} run={run} />
          <MenuLine />
          <MenuItem icon={Trash2} danger onClick={onDelete}>
            Delete
          </MenuItem>
        </MenuPopup>
      </MenuRoot>
    </>
  );
}

/** What can be done to columns from here. */
function ColumnItems({ view, run }: Pick<MenuProps, "view" | "run">) {
  return (
    <>
      {addColumn(view.state) ? (
        <MenuItem icon={Columns2} onClick={run(addColumn)}>
          Add column
        </MenuItem>
      ) : null}
      {widenColumn(1)(view.state) ? (
        <MenuItem icon={UnfoldHorizontal} onClick={run(widenColumn(1))}>
          Widen column
        </MenuItem>
      ) : null}
      {widenColumn(-1)(view.state) ? (
        <MenuItem icon={FoldHorizontal} onClick={run(widenColumn(-1))}>
          Narrow column
        </MenuItem>
      ) : null}
      {isInColumns(view.state) ? (
        <MenuItem icon={Rows2} onClick={run(removeColumns)}>
          Remove columns
        </MenuItem>
      ) : null}
    </>
  );
}

/** A colour's name as it looks. */
function Sample({ color, background, name }: BlockColors & { name: string }) {
  if (background) return <mark data-highlight={background}>{name}</mark>;
  return color ? <span data-color={color}>{name}</span> : name;
}

/** The notice's undo takes back this deletion or nothing: what was done since has its own way back. */
function deleteWithNotice(view: EditorView, newStep: () => void, history: DocumentEditor["history"]): void {
  const range = chosenRange(view.state);
  newStep();
  if (range === null) return;
  const count = movedNodes(view.state.doc, range).filter((node) => !isColumnsPart(node)).length;
  if (!deleteChosen(view.state, view.dispatch)) return;
  const deletion = history.last();
  toast(count === 1 ? "1 block was deleted." : `${count} blocks were deleted.`, {
    action: {
      label: "Undo",
      onClick: () => {
        if (history.last() === deletion) history.undo();
        else toast("You went on since. Undo (Ctrl/Cmd+Z) takes it back step by step.");
      },
    },
  });
}

/**
 * The block as it stands now: while the handle is beside it others may write above it, so that it stands elsewhere, and
 * what it is drawn in may become another element.
 */
function useBlock(view: EditorView, onChange: Props["onChange"], id: BlockId | null): BlockUnder | null {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => (id === null ? undefined : onChange(drawAgain)), [id, onChange]);
  return id === null || view.isDestroyed ? null : blockById(view, id);
}

function useHover(
  view: EditorView,
  area: RefObject<HTMLDivElement | null>,
  onBlock: (block: BlockUnder | null) => void,
) {
  const told = useRef(onBlock);
  told.current = onBlock;
  useEffect(() => {
    const host = area.current?.closest("main") ?? area.current;
    let frame = 0;
    const move = (event: Event) => {
      const { clientX, clientY, pointerType, target } = event as PointerEvent;
      // the handle of a block in a column stands over the column before it
      const isOnHandle = target instanceof Element && target.closest(".block-handle") !== null;
      if (pointerType === "touch" || isOnHandle) return;
      // several may come before the page is drawn: the last one counts
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (!view.isDestroyed) told.current(blockUnder(view, clientY, clientX));
      });
    };
    const hide = () => {
      cancelAnimationFrame(frame);
      told.current(null);
    };
    host?.addEventListener("pointermove", move);
    // while one writes it is out of the way
    view.dom.addEventListener("keydown", hide);
    return () => {
      cancelAnimationFrame(frame);
      host?.removeEventListener("pointermove", move);
      view.dom.removeEventListener("keydown", hide);
    };
  }, [view, area]);
}

/** Ctrl+/ and the bar of phones open the menu of the block that the caret is in. */
function useMenuKey(view: EditorView, opener: Props["opener"], open: (block: BlockUnder) => void) {
  const told = useRef(open);
  told.current = open;
  useEffect(() => {
    const openHere = (): boolean => {
      const block = blockOfCaret(view);
      if (block !== null) told.current(block);
      return block !== null;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      if (openHere()) event.preventDefault();
    };
    opener.current = () => void openHere();
    view.dom.addEventListener("keydown", onKey);
    return () => view.dom.removeEventListener("keydown", onKey);
  }, [view, opener]);
}

/**
 * The chosen blocks under way: a line shows where they would stand; dropped, they move there with all inside them. Where
 * they stand themselves is asked each time, because others may write above them meanwhile.
 */
function useDrag(view: EditorView, area: RefObject<HTMLDivElement | null>, newStep: () => void) {
  const [isUnderWay, setUnderWay] = useState(false);
  const [place, setPlace] = useState<DropPlace | null>(null);
  useEffect(() => {
    const host = area.current;
    if (host === null || !isUnderWay) return;
    const over = (event: globalThis.DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const range = chosenRange(view.state);
      setPlace(range && dropPlace(view, { x: event.clientX, y: event.clientY }, range));
    };
    const end = () => {
      setUnderWay(false);
      setPlace(null);
    };
    const drop = (event: globalThis.DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const range = chosenRange(view.state);
      const target = range && dropPlace(view, { x: event.clientX, y: event.clientY }, range);
      end();
      if (!range || !target) return;
      newStep();
      dropAt(range, target)(view.state, view.dispatch);
      view.focus();
    };
    // before the editor, which would drop into the text
    host.addEventListener("dragover", over, true);
    host.addEventListener("drop", drop, true);
    document.addEventListener("dragend", end);
    // the end of it is told to nobody where the handle went with its block; a pointer moves again behind it only
    document.addEventListener("pointermove", end);
    return () => {
      host.removeEventListener("dragover", over, true);
      host.removeEventListener("drop", drop, true);
      document.removeEventListener("dragend", end);
      document.removeEventListener("pointermove", end);
    };
  }, [view, area, isUnderWay, newStep]);
  const start = (event: DragEvent<HTMLElement>, { element }: BlockUnder) => {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", element.textContent ?? "");
    event.dataTransfer.setDragImage(element, 0, 0);
    // the page may change only after the browser has taken its picture
    setTimeout(() => setUnderWay(true));
  };
  return { isUnderWay, place, start };
}
