"use client";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { PageLink } from "../ui/page-link.tsx";
import { type Linked, MOST_LINKED } from "./linked-source.ts";

/** With where it stands now. */
export type LinkedLine = Linked & { readonly title: string; readonly where: string; readonly href: string };

/** Under a document: the blocks that lead to it. Nothing where there are none. */
export function LinkedList({ lines }: { lines: readonly LinkedLine[] }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  if (lines.length === 0) return null;
  const count = lines.length < MOST_LINKED ? `${lines.length}` : `${MOST_LINKED} or more`;
  return (
    <section className="linked" aria-label="Linked from">
      <h2>
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          <ChevronRight className="i" aria-hidden />
          Linked from <span className="num">{count}</span>
          <span className="unseen">{lines.length === 1 ? " block" : " blocks"}</span>
        </button>
      </h2>
      <ul id={id} hidden={!isOpen}>
        {lines.map((line) => (
          <li key={`${line.documentId} ${line.blockId}`}>
            <PageLink href={line.href} prefetch={false}>
              <span className="linked-title">{line.title}</span>
              {line.where ? <span className="where">{line.where}</span> : null}
              <span className="linked-words" dir="auto">
                {line.isCutBefore ? "…" : null}
                {line.snippet}
                {line.isCutBehind ? "…" : null}
              </span>
            </PageLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
