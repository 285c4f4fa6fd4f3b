"use client";
import { X } from "lucide-react";
import type { PointerEvent } from "react";
import { HitLine } from "./hit-line.tsx";
import { titleOf } from "./search-answers.ts";
import { type Group, groupsOf, keyOf, type Line } from "./search-list.ts";
import type { SearchState, SearchStore } from "./search-store.ts";

export const LIST_ID = "search-list";
export const lineId = (at: number): string => `search-line-${at}`;

type ListProps = {
  state: SearchState;
  store: SearchStore;
  hrefOf: (line: Line) => string | undefined;
  onChoose: (line: Line, isBeside: boolean) => void;
};

/** What was found; before anything was asked, what was last. The keys are the field's, which names the chosen line. */
export function HitList(props: ListProps & { onForget: (query: string) => void }) {
  const { state, store, onForget } = props;
  const groups = groupsOf(state.lines);
  const isRecent = state.answered === "";
  const onPointerMove = (event: PointerEvent) => {
    // a page that moves under a pointer at rest tells of it, too
    if (event.movementX === 0 && event.movementY === 0) return;
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
    if (!line) return;
    store.point(Number(line.dataset.at));
    store.moveTo(Number(line.dataset.at));
  };
  const frame = { className: "hits", onPointerMove, onPointerLeave: () => store.point(-1) };
  const list = {
    role: "listbox",
    id: LIST_ID,
    "aria-label": isRecent ? "Recent" : "Found",
    "aria-busy": state.phase === "asking",
    tabIndex: -1,
  } as const;
  const drawn = groups.map((group) => <GroupOfLines key={group.from} group={group} {...props} />);
  if (!isRecent) {
    return (
      <div {...frame} {...list}>
        {drawn}
      </div>
    );
  }
  const searches = state.lines.flatMap((line) => (line.kind === "search" ? [line.query] : []));
  return (
    <div {...frame}>
      <div {...list}>{drawn}</div>
      <ul className="forget" aria-label="Forget searches">
        {searches.map((query) => (
          <li key={query}>
            <button
              type="button"
              className="icon-button"
              aria-label={`Forget “${query}”`}
              onClick={() => onForget(query)}
            >
              <X className="i" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function GroupOfLines({ group, state, hrefOf, onChoose }: ListProps & { group: Group }) {
  const [first] = group.lines;
  const id = `search-group-${group.from}`;
  if (!first) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
    <div role="group" aria-labelledby={id}>
      <div className="group" id={id}>
        <span>{nameOf(first, state.answered === "")}</span>
        {first.kind === "block" && first.path.length > 0 ? (
          <span className="path">{first.path.map(titleOf).join(" / ")}</span>
        ) : null}
      </div>
      {group.lines.map((line, index) => (
        <HitLine
          key={keyOf(line)}
          line={line}
          id={lineId(group.from + index)}
          at={group.from + index}
          isActive={group.from + index === state.active}
          query={state.answered}
          href={hrefOf(line)}
          onChoose={onChoose}
        />
      ))}
    </div>
  );
}

function nameOf(line: Line, isRecent: boolean): string {
  switch (line.kind) {
    case "search":
      return "Recent searches";
    case "document":
      return isRecent ? "Recent documents" : "Documents";
    case "block":
      return titleOf(line);
  }
}
