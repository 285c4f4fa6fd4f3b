"use client";
import type { Command } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  Baseline,
  Bold,
  ChevronDown,
  Code,
  Highlighter,
  Italic,
  Link2,
  type LucideIcon,
  Sigma,
  Strikethrough,
  Underline,
} from "lucide-react";
import { COLORS, HIGHLIGHTS } from "../../lib/core/palette.ts";
import { turnInto } from "../../lib/editor/commands.ts";
import { setColor, toggleFormat } from "../../lib/editor/format-commands.ts";
import { type Formats, SIMPLE_MARKS, type SimpleMark } from "../../lib/editor/formats.ts";
import { SLASH_ITEMS } from "../../lib/editor/slash-items.ts";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";

const MARKS: readonly { name: SimpleMark; label: string; Icon: LucideIcon }[] = [
  { name: "bold", label: "Bold", Icon: Bold },
  { name: "italic", label: "Italic", Icon: Italic },
  { name: "underline", label: "Underline", Icon: Underline },
  { name: "strike", label: "Strikethrough", Icon: Strikethrough },
  { name: "code", label: "Code", Icon: Code },
  { name: "math", label: "Formula", Icon: Sigma },
];

/** What stands for itself, and holds no text that was there before. */
const ALONE = new Set([
  "divider",
  "table",
  "columns2",
  "columns3",
  "columns4",
  "image",
  "file",
  "formula",
  "embed",
]);
/** What a block of text can become. */
export const SHAPES = SLASH_ITEMS.filter(({ type }) => !ALONE.has(type));

type ToolProps = { view: EditorView; formats: Formats | null; names?: readonly SimpleMark[] };

const stay = (event: React.MouseEvent) => event.preventDefault();

/** Marks, colours and shapes for what is chosen. The text keeps the focus when they are clicked. */
export function MarkTools({ view, formats, names = SIMPLE_MARKS }: ToolProps) {
  return MARKS.filter(({ name }) => names.includes(name)).map(({ name, label, Icon }) => (
    <button
      key={name}
      type="button"
      className="icon-button"
      aria-label={label}
      aria-pressed={formats?.simple.has(name) ?? false}
      onMouseDown={stay}
      onClick={() => run(view, toggleFormat(name))}
    >
      <Icon className="i" aria-hidden />
    </button>
  ));
}

export function ShapeMenu({ view }: { view: EditorView }) {
  const trigger = (
    <button type="button" className="icon-button text" aria-label="Text: turn into" onMouseDown={stay}>
      Text
      <ChevronDown className="i" aria-hidden />
    </button>
  );
  return (
    <Menu align="start" trigger={trigger} focusAfter={() => backTo(view)}>
      {SHAPES.map(({ type, name, props }) => (
        <MenuItem key={name} onClick={() => run(view, turnInto(type, props))}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

export function ColorMenu({ view }: { view: EditorView }) {
  const trigger = (
    <button type="button" className="icon-button" aria-label="Text colour" onMouseDown={stay}>
      <Baseline className="i" aria-hidden />
    </button>
  );
  return (
    <Menu align="start" trigger={trigger} focusAfter={() => backTo(view)}>
      {COLORS.map((color) => (
        <MenuItem key={color} onClick={() => run(view, setColor("color", color))}>
          <span data-color={color}>{inWords(color)}</span>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onClick={() => run(view, setColor("color", null))}>No colour</MenuItem>
    </Menu>
  );
}

export function HighlightMenu({ view }: { view: EditorView }) {
  const trigger = (
    <button type="button" className="icon-button" aria-label="Highlight" onMouseDown={stay}>
      <Highlighter className="i" aria-hidden />
    </button>
  );
  return (
    <Menu align="start" trigger={trigger} focusAfter={() => backTo(view)}>
      {HIGHLIGHTS.map((color) => (
        <MenuItem key={color} onClick={() => run(view, setColor("highlight", color))}>
          <mark data-highlight={color}>{inWords(color)}</mark>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onClick={() => run(view, setColor("highlight", null))}>No highlight</MenuItem>
    </Menu>
  );
}

export function LinkTool({ isOn, onClick }: { isOn: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label="Link"
      aria-pressed={isOn}
      onMouseDown={stay}
      onClick={onClick}
    >
      <Link2 className="i" aria-hidden />
    </button>
  );
}

const inWords = (color: string): string => color.charAt(0).toUpperCase() + color.slice(1);

function run(view: EditorView, command: Command): void {
  command(view.state, view.dispatch, view);
}

/** The focus goes back into the text, with what was chosen still chosen. */
export function backTo(view: EditorView): HTMLElement {
  view.focus();
  return view.dom;
}
