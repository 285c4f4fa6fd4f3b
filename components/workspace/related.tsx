"use client";
import { useEffect, useState } from "react";
import type { OpenBody } from "../editor/document-body.tsx";
import { documentPath } from "../sidebar/use-document-actions.ts";
import { keepChoice } from "../ui/cookie.ts";
import { useGo } from "../ui/go.tsx";
import { Late } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { useFrame } from "./frame-context.tsx";

const panel = new LatePart("Related blocks", async () => (await import("./related-late.tsx")).RelatedLate);

/** As of here there is a margin beside the text; see the outline, which shares it. */
const WIDE = "(min-width: 1320px)";
const COOKIE = "related";

export type RelatedChoice = {
  readonly isShown: boolean;
  readonly isSheet: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
};

/** Hidden until one asks for it: then in the margin with each document, where there is one, else on demand. */
export function useRelatedChoice(): RelatedChoice {
  const [isShown, setShown] = useState(false);
  const [isSheet, setSheet] = useState(false);
  useEffect(() => setShown(document.cookie.includes(`${COOKIE}=shown`)), []);
  const isWide = useIsWide();
  const show = (next: boolean) => {
    setShown(next);
    keepChoice(COOKIE, next ? "shown" : null);
  };
  return {
    isShown: isShown && isWide,
    isSheet,
    toggle: () => (isWide ? show(!isShown) : setSheet(true)),
    close: () => (isSheet ? setSheet(false) : show(false)),
  };
}

/** What is not shown asks for nothing. */
function useIsWide(): boolean {
  const [isWide, setWide] = useState(false);
  useEffect(() => {
    const query = window.matchMedia(WIDE);
    const look = () => setWide(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return isWide;
}

type RelatedProps = { documentId: string; body: OpenBody | null; choice: RelatedChoice };

export function RelatedBlocks({ documentId, body, choice }: RelatedProps) {
  const goTo = useGo();
  const { workspace } = useFrame();
  const { isShown, isSheet, close } = choice;
  if (!body || !(isShown || isSheet)) return null;
  const go = (to: string, hash: string) => void goTo(`${documentPath(workspace.id, to)}${hash}`);
  const props = { workspaceId: workspace.id, documentId, editing: body, isSheet, go, onClose: close };
  return <Late part={panel} props={props} onMissing={close} />;
}
