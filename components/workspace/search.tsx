"use client";
import { Search } from "lucide-react";
import { useContext, useEffect, useMemo, useRef } from "react";
import { keepVisit, type RecentPlace } from "../search/recent.ts";
import { useTree } from "../sidebar/tree-context.tsx";
import { documentPath, useCurrentDocument, useDocumentActions } from "../sidebar/use-document-actions.ts";
import { useGo } from "../ui/go.tsx";
import { Late } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { FrameContext } from "./frame-context.tsx";
import { knownDocuments } from "./known-documents.ts";

const dialog = new LatePart(
  "The search",
  async () => (await import("../search/search-dialog.tsx")).SearchDialog,
);

type Props = { place: RecentPlace; canWrite: boolean; onClose: () => void };

/** The search over the page. What is typed before its code is here goes nowhere, rather than into the text. */
export function SearchOverlay({ place, canWrite, onClose }: Props) {
  const { rows, branches } = useTree();
  const hereId = useCurrentDocument();
  const goTo = useGo();
  const act = useDocumentActions(place.workspaceId);
  const documents = useMemo(() => knownDocuments(rows, branches), [rows, branches]);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (dialog.loaded) return;
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement)) return;
    before.current = activeElement;
    activeElement.blur();
    // where it could not be had, or was not waited for
    return () => {
      if (document.activeElement === document.body) activeElement.focus({ preventScroll: true });
    };
  }, []);
  const go = (documentId: string, hash: string) => {
    if (documentId !== hereId) void goTo(`${documentPath(place.workspaceId, documentId)}${hash}`);
    else if (hash !== "") goToBlock(hash);
  };
  const create = canWrite ? (title: string) => void act.create(null, title) : undefined;
  const focusAfter = () => {
    const { current } = before;
    return current instanceof HTMLElement && current.isConnected ? current : true;
  };
  return (
    <Late
      part={dialog}
      props={{ place, hereId: hereId ?? null, documents, go, create, focusAfter, onClose }}
      onMissing={onClose}
    />
  );
}

/** In the open document no page is asked for, also when the address is the same as before. */
function goToBlock(hash: string) {
  if (window.location.hash !== hash) window.history.pushState(null, "", hash);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

const AHEAD_MS = 3_000;

/** Asks for the dialog once the page has time, and remembers what was opened. */
export function useSearchAhead(place: RecentPlace): void {
  const documentId = useCurrentDocument();
  useEffect(() => {
    const timer = setTimeout(() => {
      if ("requestIdleCallback" in window) requestIdleCallback(dialog.fetch);
      else dialog.fetch();
    }, AHEAD_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (documentId) keepVisit(place, documentId);
  }, [place, documentId]);
}

/** In the bar on phones, where the sidebar is out of sight. */
export function SearchButton() {
  const frame = useContext(FrameContext);
  if (!frame) return null;
  return (
    <button type="button" className="icon-button menu" aria-label="Search" onClick={frame.showSearch}>
      <Search className="i" aria-hidden />
    </button>
  );
}
