"use client";
import type { EditorView } from "@tiptap/pm/view";
import { Copy, Pencil, Unlink2 } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { chooseLink, unlink } from "../../lib/editor/format-commands.ts";
import { copyLink } from "../ui/copy-link.ts";
import { onToolbarKey } from "./bubble.tsx";
import type { FormatStore } from "./format-store.ts";
import { backTo } from "./format-tools.tsx";
import type { LinkStore } from "./link-store.ts";
import { useStore } from "./use-session.ts";

const GAP_PX = 6;

type Props = {
  view: EditorView;
  store: LinkStore;
  formats: FormatStore;
  area: RefObject<HTMLDivElement | null>;
};

/** Under the link that the caret is in: where it leads, and what can be done with it. */
export function LinkCard({ view, store, formats, area }: Props) {
  const here = useStore(store.here);
  const card = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, left: 0 });
  useEffect(() => {
    store.onEnter = () => card.current?.querySelector("a")?.focus();
  }, [store]);
  useLayoutEffect(() => {
    const around = area.current?.getBoundingClientRect();
    const size = card.current?.getBoundingClientRect();
    if (here === null || !around || !size || here.to > view.state.doc.content.size) return;
    const start = view.coordsAtPos(here.from);
    const end = view.coordsAtPos(here.to);
    const isRoom = end.bottom + GAP_PX + size.height < window.innerHeight - LEAST_BELOW_PX;
    const top = isRoom ? end.bottom + GAP_PX : start.top - GAP_PX - size.height;
    // a link over several lines has its card where the caret is
    const at = start.top === end.top ? start.left : view.coordsAtPos(view.state.selection.head).left;
    const left = Math.max(0, Math.min(at - around.left, around.width - size.width));
    setPlace({ top: top - around.top, left });
  }, [view, here, area]);
  if (here === null) return null;
  const edit = () => {
    chooseLink(view.state, view.dispatch);
    view.focus();
    formats.onLink();
  };
  const remove = () => {
    unlink(view.state, view.dispatch);
    backTo(view);
  };
  return (
    <div
      className="bubble float link-card"
      ref={card}
      role="toolbar"
      aria-label="Link"
      data-format-tools=""
      style={place}
      onKeyDown={(event) => onToolbarKey(event, view)}
    >
      <a
        className="link"
        href={here.href}
        title={here.href}
        rel="noopener noreferrer nofollow"
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => {
          event.preventDefault();
          store.open(here.href, event.ctrlKey || event.metaKey);
        }}
      >
        {shortOf(here.href)}
      </a>
      <span className="sep" />
      <Tool label="Edit the link" Icon={Pencil} onClick={edit} />
      <Tool
        label="Copy the address"
        Icon={Copy}
        onClick={() =>
          void copyLink(new URL(here.href, window.location.href).href, "The address was copied.")
        }
      />
      <Tool label="Remove the link" Icon={Unlink2} onClick={remove} />
    </div>
  );
}

/** The foot of the page stands over its last lines. */
const LEAST_BELOW_PX = 40;

type ToolProps = { label: string; Icon: typeof Copy; onClick: () => void };

function Tool({ label, Icon, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      <Icon className="i" aria-hidden />
    </button>
  );
}

const shortOf = (href: string): string => href.replace(/^https?:\/\/(?:www\.)?/i, "").replace(/\/$/, "");
