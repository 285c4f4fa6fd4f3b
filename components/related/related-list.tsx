"use client";
import { type KeyboardEvent, type ReactNode, useRef, useState, useSyncExternalStore } from "react";
import { Bones } from "../ui/bones.tsx";
import { Peek } from "./peek.tsx";
import type { NearRow, Related } from "./related-source.ts";
import type { RelatedState } from "./related-store.ts";
import { type Editing, useRelated } from "./use-related.ts";

export type RelatedProps = {
  workspaceId: string;
  documentId: string;
  editing: Editing;
  draw: (rows: readonly NearRow[]) => ReactNode;
  /** Goes to a document, and in it to a block. */
  go: (documentId: string, hash: string) => void;
};

const keyOf = ({ documentId, blockId }: Related): string => `${documentId} ${blockId}`;

/** What is near the caret's block in meaning. The first click on a line peeks, the second one goes there. */
export function RelatedList({ workspaceId, documentId, editing, draw, go }: RelatedProps) {
  const { store, source } = useRelated(documentId, editing);
  const state = useSyncExternalStore(store.state.subscribe, store.state.getSnapshot, store.state.getSnapshot);
  const [peeked, setPeeked] = useState<{ key: string; line: HTMLElement } | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
  };
  const open = (one: Related) => go(one.documentId, `#${one.blockId}`);
  return (
    <div className="related" aria-busy={state.phase === "asking"}>
      {state.beside && state.related.length > 0 ? (
        <p className="related-beside">Beside “{shortened(state.beside.text)}”</p>
      ) : null}
      <ul ref={list} aria-label="Related blocks" onKeyDown={onKeyDown}>
        {state.related.map((one) => (
          <li key={keyOf(one)}>
            <a
              href={`/w/${workspaceId}/d/${one.documentId}#${one.blockId}`}
              aria-haspopup="dialog"
              aria-expanded={peeked?.key === keyOf(one)}
              onClick={(event) => {
                // another tab, another window: the link's own way
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                if (peeked?.key === keyOf(one)) open(one);
                else setPeeked({ key: keyOf(one), line: event.currentTarget });
              }}
            >
              <span className="related-words" dir="auto">
                {one.snippet}
                {one.isCut ? "…" : null}
              </span>
              <span className="where own-way" dir="auto">
                {one.title}
              </span>
            </a>
            {peeked?.key === keyOf(one) ? (
              <Peek
                related={one}
                line={peeked.line}
                source={source}
                draw={draw}
                onOpen={() => open(one)}
                onClose={() => setPeeked(null)}
              />
            ) : null}
          </li>
        ))}
      </ul>
      <Said state={state} onAgain={() => store.again()} />
    </div>
  );
}

function Said({ state: { phase, related }, onAgain }: { state: RelatedState; onAgain: () => void }) {
  if (related.length > 0) return null;
  switch (phase) {
    case "asking":
      return <Bones />;
    case "none":
      return <p className="note">Put the caret into a block: what is near it in meaning is shown here.</p>;
    case "shown":
      return <p className="note">Nothing in other documents is near this block in meaning yet.</p>;
    case "offline":
      return <p className="note">You are offline. Related blocks come back with the connection.</p>;
    case "failed":
      return (
        <>
          <p className="note">Related blocks could not be looked up. Nothing that you wrote is touched.</p>
          <button type="button" className="button" onClick={onAgain}>
            Try again
          </button>
        </>
      );
  }
}

const MOST_SHOWN = 60;

function shortened(text: string): string {
  const words = text.trim().replace(/\s+/g, " ");
  return words.length > MOST_SHOWN ? `${words.slice(0, MOST_SHOWN).trimEnd()}…` : words;
}
