"use client";
import type { EditorView } from "@tiptap/pm/view";
import {
  CaseSensitive,
  ChevronRight,
  Code,
  Columns2,
  Columns3,
  Columns4,
  Heading1,
  Heading2,
  Heading3,
  Image,
  Info,
  Lightbulb,
  List,
  ListChecks,
  ListOrdered,
  type LucideIcon,
  Minus,
  OctagonAlert,
  Palette,
  Paperclip,
  Quote,
  Rows2,
  Sigma,
  SquarePlay,
  Table2,
  TriangleAlert,
} from "lucide-react";
import { type CSSProperties, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { inSight, scrollWithin } from "./list-place.ts";
import type { SlashStore } from "./slash-store.ts";
import { useStore } from "./use-session.ts";

const ICONS: Record<string, LucideIcon> = {
  paragraph: CaseSensitive,
  heading1: Heading1,
  heading2: Heading2,
  heading3: Heading3,
  bullet: List,
  number: ListOrdered,
  task: ListChecks,
  quote: Quote,
  code: Code,
  toggle: ChevronRight,
  callout: Info,
  Tip: Lightbulb,
  Warning: TriangleAlert,
  Caution: OctagonAlert,
  image: Image,
  file: Paperclip,
  table: Table2,
  columns2: Columns2,
  columns3: Columns3,
  columns4: Columns4,
  addColumn: Columns2,
  noColumns: Rows2,
  math: Sigma,
  formula: Sigma,
  embed: SquarePlay,
  divider: Minus,
  color: Palette,
};
const GAP_PX = 6;

type MenuProps = {
  view: EditorView;
  menu: SlashStore;
  area: RefObject<HTMLDivElement | null>;
};

/** The blocks one can get by "/": a listbox beside the caret, while the text keeps the focus. */
export function SlashMenu({ view, menu, area }: MenuProps) {
  const shown = useStore(menu.shown);
  const list = useRef<HTMLDivElement>(null);
  const place = usePlace(view, shown?.query.from ?? null, area, list);
  useActiveOption(view, "slash", shown ? shown.chosen : null);
  if (!shown) return null;
  return (
    <div className="slash float" ref={list} style={place}>
      <div role="listbox" id="slash-list" aria-label="Blocks" tabIndex={0}>
        {shown.items.map((item, index) => {
          const Icon = ICONS[item.name] ?? ICONS[item.type] ?? CaseSensitive;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus; aria-activedescendant names the choice
            // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the editor's, see SlashStore.onKey
            <div
              key={item.name}
              id={`slash-${index}`}
              role="option"
              aria-selected={index === shown.chosen}
              className="option"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => menu.onPick(item)}
            >
              <Icon className="i" aria-hidden />
              <span>{item.name}</span>
              <kbd aria-hidden>{item.shorthand}</kbd>
            </div>
          );
        })}
      </div>
      {shown.items.length === 0 ? (
        <p className="note empty-note" role="status">
          No block is called “{shown.query.text.trim()}”. Go on typing, or press Esc.
        </p>
      ) : null}
      <div className="keys" aria-hidden>
        <span>
          <kbd>↑↓</kbd>choose
        </span>
        <span>
          <kbd>Enter</kbd>insert
        </span>
        <span>
          <kbd>Esc</kbd>close
        </span>
      </div>
    </div>
  );
}

const NOWHERE: CSSProperties = { top: 0, left: 0 };

/** Below the slash, or above it where there is more room, and no higher than the room there. */
export function usePlace(
  view: EditorView,
  from: number | null,
  area: RefObject<HTMLDivElement | null>,
  list: RefObject<HTMLDivElement | null>,
) {
  const [place, setPlace] = useState(NOWHERE);
  useLayoutEffect(() => {
    const around = area.current?.getBoundingClientRect();
    if (from === null) setPlace(NOWHERE);
    if (from === null || !around || from > view.state.doc.content.size) return;
    const at = view.coordsAtPos(from);
    const seen = inSight();
    const below = seen.bottom - at.bottom - 2 * GAP_PX;
    const above = at.top - seen.top - 2 * GAP_PX;
    const isBelow = (list.current?.offsetHeight ?? 0) <= below || below >= above;
    const width = list.current?.offsetWidth ?? 0;
    setPlace({
      ...(isBelow
        ? { top: at.bottom + GAP_PX - around.top }
        : { top: "auto", bottom: around.bottom - at.top + GAP_PX }),
      left: Math.max(0, Math.min(at.left - around.left, around.width - width)),
      ["--room" as string]: `${Math.round(isBelow ? below : above)}px`,
    });
  }, [view, from, area, list]);
  return place;
}

/** Names the chosen option of the list `name`-list for those who hear the page. */
export function useActiveOption(
  view: EditorView,
  name: "slash" | "emoji" | "mention",
  chosen: number | null,
) {
  useEffect(() => {
    const { dom } = view;
    if (chosen === null) {
      dom.removeAttribute("aria-activedescendant");
      dom.removeAttribute("aria-controls");
      return;
    }
    dom.setAttribute("aria-controls", `${name}-list`);
    dom.setAttribute("aria-activedescendant", `${name}-${chosen}`);
    const option = document.getElementById(`${name}-${chosen}`);
    if (option) scrollWithin(option);
  }, [view, name, chosen]);
}
