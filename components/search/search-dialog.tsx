"use client";
import { Dialog } from "@base-ui/react/dialog";
import { Search, SlidersHorizontal, X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { isNarrowed } from "./filters.ts";
import { HitList, LIST_ID, lineId } from "./hit-list.tsx";
import { type KnownDocument, knownHits, titledAlike } from "./known-documents.ts";
import { forgetSearch, keepSearch, type RecentPlace, readRecent } from "./recent.ts";
import { SearchFilters } from "./search-filters.tsx";
import type { Line } from "./search-list.ts";
import { NoLines } from "./search-nothing.tsx";
import { supabaseSearch } from "./search-source.ts";
import { type SearchDoors, SearchStore } from "./search-store.ts";
import { noteOf, summaryOf } from "./search-words.ts";
import { useListKeys } from "./use-list-keys.ts";

export type SearchProps = {
  place: RecentPlace;
  /** The open document. */
  hereId: string | null;
  documents: readonly KnownDocument[];
  /** Goes to a document, and in it to a block. */
  go: (documentId: string, hash: string) => void;
  /** Makes a document of that title and goes there; undefined for who may not. */
  create: ((title: string) => void) | undefined;
  /** Where the focus goes when nothing was opened. */
  focusAfter: () => HTMLElement | boolean;
  onClose: () => void;
};

const ALL_NARROWED = { within: null, person: null, kind: null, since: null };

/** Ctrl/Cmd+K: finds documents by their titles and blocks by their words and their meaning. */
export function SearchDialog(props: SearchProps) {
  const { place, create, onClose } = props;
  const wasOpened = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const { store, source, choose, hrefOf } = useSearch(props, () => {
    wasOpened.current = true;
  });
  const state = useSyncExternalStore(store.state.subscribe, store.state.getSnapshot, store.state.getSnapshot);
  const [isNarrowing, setNarrowing] = useState(false);
  const { text, setText, keys } = useListKeys(store, state, choose);
  const forget = (query: string) => {
    forgetSearch(place, query);
    store.refresh();
    field.current?.focus();
  };
  const onChoose = (line: Line, isBeside: boolean) => {
    if (line.kind === "search") setText(line.query);
    else choose(line, isBeside);
    field.current?.focus();
  };
  const note = noteOf(state);
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        {/* the page stays where opening a line put it */}
        <Dialog.Popup
          className="search"
          initialFocus={field}
          finalFocus={() => (wasOpened.current ? false : props.focusAfter())}
        >
          <Dialog.Title className="unseen">Search</Dialog.Title>
          <div className="search-top">
            <Search className="i" aria-hidden />
            <input
              ref={field}
              role="combobox"
              aria-label="Search documents and blocks"
              aria-expanded={state.lines.length > 0}
              aria-controls={LIST_ID}
              aria-autocomplete="list"
              {...(state.lines.length > 0 ? { "aria-activedescendant": lineId(state.active) } : {})}
              placeholder="Words, or what it was about"
              autoComplete="off"
              spellCheck={false}
              enterKeyHint="go"
              maxLength={1_000}
              value={text}
              {...keys}
            />
            <kbd aria-hidden>Esc</kbd>
            <button
              type="button"
              className="icon-button narrow-button"
              aria-label="Narrow the search"
              aria-expanded={isNarrowing}
              onClick={() => setNarrowing(!isNarrowing)}
            >
              <SlidersHorizontal className="i" aria-hidden />
            </button>
            <Dialog.Close className="icon-button close" aria-label="Close the search">
              <X className="i" aria-hidden />
            </Dialog.Close>
          </div>
          <div className={isNarrowing || isNarrowed(state.filters) ? "search-narrow shown" : "search-narrow"}>
            <SearchFilters
              filters={state.filters}
              hereId={props.hereId}
              documents={props.documents}
              members={source.members}
              onNarrow={(change) => store.narrow(change)}
            />
          </div>
          {state.lines.length > 0 ? (
            <HitList state={state} store={store} hrefOf={hrefOf} onChoose={onChoose} onForget={forget} />
          ) : (
            <NoLines
              state={state}
              title={text.trim().slice(0, 100)}
              onWiden={() => store.narrow(ALL_NARROWED)}
              onAgain={() => store.again()}
              onCreate={
                create &&
                ((title) => {
                  wasOpened.current = true;
                  onClose();
                  create(title);
                })
              }
            />
          )}
          {note ? <p className="search-note note">{note}</p> : null}
          <div className="keys">
            <span aria-hidden>
              <kbd>↑↓</kbd>choose
            </span>
            <span aria-hidden>
              <kbd>Enter</kbd>open
            </span>
            <span aria-hidden>
              <kbd>Ctrl Enter</kbd>beside
            </span>
            <span className="sum num" role="status" aria-label="Search state">
              {summaryOf(state)}
            </span>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The store of this dialog's life, and what choosing a line does. */
function useSearch(props: SearchProps, onOpened: () => void) {
  const latest = useRef(props);
  latest.current = props;
  const hrefOf = (line: Line): string | undefined =>
    line.kind === "search" ? undefined : `/w/${props.place.workspaceId}/d/${line.documentId}${hashOf(line)}`;
  const choose = (line: Line, isBeside: boolean) => {
    const { place, go, onClose } = latest.current;
    if (line.kind === "search") return;
    keepSearch(place, store.state.getSnapshot().query);
    if (isBeside) {
      window.open(hrefOf(line), "_blank", "noopener");
      return;
    }
    onOpened();
    onClose();
    go(line.documentId, hashOf(line));
  };
  const latestChoose = useRef(choose);
  latestChoose.current = choose;
  const [{ store, source }] = useState(() => {
    const source = supabaseSearch(browserSupabase, props.place.workspaceId);
    const doors: SearchDoors = {
      source,
      isOnline: () => navigator.onLine,
      recent: () => recentLines(latest.current),
      knownTitles: (query, filters) => titledAlike(latest.current.documents, query, filters),
      onOpen: (line) => latestChoose.current(line, false),
    };
    return { source, store: new SearchStore(doors) };
  });
  useEffect(() => store.start(), [store]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: titles of what was opened last may have changed
  useEffect(() => store.refresh(), [store, props.documents]);
  useEffect(() => {
    const again = () => store.again();
    window.addEventListener("online", again);
    window.addEventListener("offline", again);
    return () => {
      window.removeEventListener("online", again);
      window.removeEventListener("offline", again);
    };
  }, [store]);
  return { store, source, choose, hrefOf };
}

const hashOf = (line: Line): string => (line.kind === "block" ? `#${line.blockId}` : "");

/** Searches, then documents but the open one. */
function recentLines({ place, documents, hereId }: SearchProps): Line[] {
  const recent = readRecent(place);
  const searches = recent.searches.map((query): Line => ({ kind: "search", query }));
  const opened = recent.documents.filter((id) => id !== hereId);
  return [...searches, ...knownHits(documents, opened)];
}
