"use client";
import { ChevronRight, Ellipsis } from "lucide-react";
import { type CSSProperties, memo } from "react";
import { PageLink } from "../ui/page-link.tsx";
import { RenameField } from "./rename-field.tsx";
import { type TreeLine, titleOf } from "./tree-model.ts";

export type ItemEvents = {
  onToggle: (id: string, open: boolean) => void;
  onMenu: (id: string) => void;
  onRenamed: (id: string, title: string | null) => void;
};

type ItemProps = {
  line: TreeLine;
  href: string;
  current: boolean;
  /** The one item that Tab reaches. */
  reachable: boolean;
  renaming: boolean;
  menuOpen: boolean;
  canWrite: boolean;
  /** Under way to another place. */
  dragged: boolean;
  events: ItemEvents;
};

export const TreeItem = memo(function TreeItem(props: ItemProps) {
  const { line, href, current, reachable, renaming, menuOpen, canWrite, dragged, events } = props;
  const { row, level, open } = line;
  const title = titleOf(row);
  return (
    <div
      role="treeitem"
      data-id={row.id}
      aria-label={title}
      aria-level={level}
      aria-posinset={line.place}
      aria-setsize={line.siblings}
      aria-selected={current}
      {...(current ? { "aria-current": "page" as const } : {})}
      {...(open === undefined ? {} : { "aria-expanded": open })}
      tabIndex={reachable && !renaming ? 0 : -1}
    >
      <div
        className={dragged ? "leaf dragged" : "leaf"}
        style={{ "--depth": level - 1 } as CSSProperties}
        draggable={canWrite && !renaming}
      >
        {open === undefined ? (
          <span className="twist" />
        ) : (
          <button
            type="button"
            className="twist"
            tabIndex={-1}
            aria-label={`${open ? "Close" : "Open"} what is inside ${title}`}
            onClick={() => events.onToggle(row.id, !open)}
          >
            <ChevronRight className="i" aria-hidden />
          </button>
        )}
        {renaming ? (
          <RenameField title={row.title} onDone={(next) => events.onRenamed(row.id, next)} />
        ) : (
          <PageLink
            className="name own-way"
            dir="auto"
            href={href}
            prefetch={false}
            tabIndex={-1}
            aria-hidden
            draggable={false}
          >
            {title}
          </PageLink>
        )}
        {canWrite && !renaming ? (
          <button
            type="button"
            className="more"
            tabIndex={-1}
            aria-label={`Actions for ${title}`}
            aria-haspopup="menu"
            aria-expanded={menuOpen}
            onClick={() => events.onMenu(row.id)}
          >
            <Ellipsis className="i" aria-hidden />
          </button>
        ) : null}
      </div>
    </div>
  );
}, isSame);

/** Lines are made anew with each change of any row: what is in them counts. */
function isSame({ line: a, ...before }: ItemProps, { line: b, ...now }: ItemProps): boolean {
  const isSameLine = keysOf(b).every((key) => a[key] === b[key]);
  return isSameLine && keysOf(now).every((key) => before[key] === now[key]);
}

const keysOf = <Value extends object>(value: Value) => Object.keys(value) as (keyof Value)[];
