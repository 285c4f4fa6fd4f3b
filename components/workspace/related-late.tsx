"use client";
/** The related blocks, drawn as the editor draws blocks: with a copy of the schema's own drawing, so it comes late. */
import { useMemo } from "react";
import { drawRows } from "../editor/still-body.tsx";
import type { RelatedProps } from "../related/related-list.tsx";
import { RelatedPanel } from "../related/related-panel.tsx";
import { useTree } from "../sidebar/tree-context.tsx";
import { knownDocuments } from "./known-documents.ts";
import { lookAmong } from "./mention-door.ts";

type Props = Omit<RelatedProps, "draw"> & { isSheet: boolean; onClose: () => void };

export function RelatedLate(props: Props) {
  const { rows, branches } = useTree();
  const { workspaceId } = props;
  const draw = useMemo(() => {
    const known = knownDocuments(rows, branches).map((one) => [one.id, one] as const);
    const look = lookAmong(workspaceId, new Map(known), new Map());
    return (drawn: Parameters<typeof drawRows>[0]) => drawRows(drawn, look);
  }, [rows, branches, workspaceId]);
  return <RelatedPanel {...props} draw={draw} />;
}
