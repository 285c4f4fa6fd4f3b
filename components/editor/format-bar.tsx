"use client";
import type { Command } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  ArrowDown,
  ArrowUp,
  ExternalLink,
  GripVertical,
  IndentDecrease,
  IndentIncrease,
  KeyboardOff,
  ListChecks,
  type LucideIcon,
  Plus,
  Redo2,
  Undo2,
} from "lucide-react";
import { useEffect } from "react";
import { addBlockBehind, selectedRange, shiftDepth, turnInto } from "../../lib/editor/commands.ts";
import { moveBlock } from "../../lib/editor/move-block.ts";
import { typeSlash } from "../../lib/editor/slash.ts";
import type { BarStore } from "./bar-store.ts";
import { onToolbarKey } from "./bubble.tsx";
import { ColorMenu, HighlightMenu, LinkTool, MarkTools, ShapeMenu } from "./format-tools.tsx";
import type { DocumentEditor } from "./open-editor.ts";
import { useStore } from "./use-session.ts";

type Props = {
  view: EditorView;
  store: BarStore;
  opened: Pick<DocumentEditor, "history" | "formats" | "newStep">;
  onBlockMenu: () => void;
};

/** On a phone, above the keyboard while one writes: what the keyboard of a desk does. */
export function FormatBar({ view, store, opened, onBlockMenu }: Props) {
  const formats = useStore(store.shown);
  useRoom(formats !== null);
  if (formats === null) return null;
  const { link: address } = formats;
  const run = (command: Command) => () => void command(view.state, view.dispatch, view);
  const move = (by: -1 | 1) => () => {
    opened.newStep();
    run(moveBlock(by))();
  };
  const insert = () => {
    if (typeSlash(view.state, view.dispatch)) return;
    // where no slash opens the menu: in code, a cell, a formula, with a picture or whole blocks chosen
    opened.newStep();
    run(addBlockBehind(selectedRange(view.state).end - 1))();
    run(typeSlash)();
  };
  return (
    <div
      className="format-bar"
      role="toolbar"
      aria-label="Formatting"
      data-format-tools=""
      onKeyDown={(event) => onToolbarKey(event, view)}
    >
      <div className="scroll">
        <Tool label="Insert a block" Icon={Plus} onClick={insert} />
        <ShapeMenu view={view} />
        <MarkTools view={view} formats={formats} names={["bold", "italic"]} />
        <Tool label="To-do" Icon={ListChecks} onClick={run(turnInto("task", { checked: false }))} />
        <LinkTool isOn={address !== null} onClick={() => opened.formats.onLink()} />
        {address === null ? null : (
          <Tool label="Open the link" Icon={ExternalLink} onClick={() => follow(address)} />
        )}
        <Tool label="Indent" Icon={IndentIncrease} onClick={run(shiftDepth(1))} />
        <Tool label="Outdent" Icon={IndentDecrease} onClick={run(shiftDepth(-1))} />
        <Tool label="Move up" Icon={ArrowUp} onClick={move(-1)} />
        <Tool label="Move down" Icon={ArrowDown} onClick={move(1)} />
        <Tool label="More for this block" Icon={GripVertical} hasMenu onClick={onBlockMenu} />
        <Tool label="Undo" Icon={Undo2} onClick={opened.history.undo} />
        <Tool label="Redo" Icon={Redo2} onClick={opened.history.redo} />
        <MarkTools view={view} formats={formats} names={["underline", "strike", "code", "math"]} />
        <ColorMenu view={view} />
        <HighlightMenu view={view} />
      </div>
      <span className="done">
        <Tool label="Hide the keyboard" Icon={KeyboardOff} onClick={() => view.dom.blur()} />
      </span>
    </div>
  );
}

/** In a window of its own: what is written here stays. */
const follow = (href: string) => void window.open(href, "_blank", "noopener");

type ToolProps = { label: string; Icon: LucideIcon; hasMenu?: boolean; onClick: () => void };

/** The text keeps the focus, and the keyboard stays. */
function Tool({ label, Icon, hasMenu, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-haspopup={hasMenu ? "menu" : undefined}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      <Icon className="i" aria-hidden />
    </button>
  );
}

/** Tells the style sheet how much of the window the keyboard covers, and that the bar stands above it. */
function useRoom(isShown: boolean) {
  useEffect(() => {
    if (!isShown) return;
    const { documentElement: root } = document;
    const viewport = window.visualViewport;
    const measure = () => {
      const covered = viewport ? window.innerHeight - viewport.height - viewport.offsetTop : 0;
      root.style.setProperty("--keyboard", `${Math.max(0, Math.round(covered))}px`);
    };
    measure();
    root.dataset.formatBar = "";
    viewport?.addEventListener("resize", measure);
    viewport?.addEventListener("scroll", measure);
    return () => {
      viewport?.removeEventListener("resize", measure);
      viewport?.removeEventListener("scroll", measure);
      root.style.removeProperty("--keyboard");
      delete root.dataset.formatBar;
    };
  }, [isShown]);
}
