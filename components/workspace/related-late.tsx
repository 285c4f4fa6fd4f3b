"use client";
/** The related blocks, drawn as the editor draws blocks: with a copy of the schema's own drawing, so it comes late. */
import { drawRows } from "../editor/still-body.tsx";
import type { RelatedProps } from "../related/related-list.tsx";
import { RelatedPanel } from "../related/related-panel.tsx";

type Props = Omit<RelatedProps, "draw"> & { isSheet: boolean; onClose: () => void };

export function RelatedLate(props: Props) {
  return <RelatedPanel {...props} draw={drawRows} />;
}
