"use client";
import {
  AlignLeft,
  Code,
  FileText,
  Heading1,
  Heading2,
  Heading3,
  History,
  Image,
  Info,
  List,
  ListChecks,
  ListOrdered,
  type LucideIcon,
  Paperclip,
  Quote,
  Sigma,
  SquarePlay,
  Table2,
} from "lucide-react";
import type { ReactNode } from "react";
import { highlightRanges } from "../../lib/core/search-text.ts";
import { titleOf } from "./search-answers.ts";
import type { Line } from "./search-list.ts";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  heading1: Heading1,
  heading2: Heading2,
  heading3: Heading3,
  bullet: List,
  number: ListOrdered,
  task: ListChecks,
  quote: Quote,
  code: Code,
  callout: Info,
  image: Image,
  file: Paperclip,
  embed: SquarePlay,
  math: Sigma,
  table: Table2,
  tableRow: Table2,
  tableCell: Table2,
};

type LineProps = {
  line: Line;
  id: string;
  at: number;
  isActive: boolean;
  /** What is marked in it. */
  query: string;
  /** Undefined: it leads nowhere but into the field. */
  href: string | undefined;
  onChoose: (line: Line, isBeside: boolean) => void;
};

/**
 * One line of the list: a link, so that it can be opened beside, and its address copied. The keys go to the field, which
 * keeps the focus.
 */
export function HitLine({ line, id, at, isActive, query, href, onChoose }: LineProps) {
  return (
    <a
      className="hit"
      role="option"
      id={id}
      data-at={at}
      aria-selected={isActive}
      tabIndex={-1}
      href={href}
      onClick={(event) => {
        // another window, a download: the link's own way
        if (event.shiftKey || event.altKey) return;
        event.preventDefault();
        onChoose(line, event.ctrlKey || event.metaKey);
      }}
    >
      <Content line={line} query={query} />
    </a>
  );
}

function Content({ line, query }: { line: Line; query: string }) {
  switch (line.kind) {
    case "search":
      return (
        <>
          <History className="i" aria-hidden />
          <div className="one-line own-way" dir="auto">
            {line.query}
          </div>
        </>
      );
    case "document":
      return (
        <>
          <FileText className="i" aria-hidden />
          <div>
            <div className="one-line own-way" dir="auto">
              <Marked text={titleOf(line)} query={query} />
            </div>
            {line.path.length > 0 ? <div className="where">{line.path.map(titleOf).join(" / ")}</div> : null}
          </div>
        </>
      );
    case "block": {
      const Icon = ICONS[line.type] ?? AlignLeft;
      return (
        <>
          <Icon className="i" aria-hidden />
          <div className="said" dir="auto">
            {line.isCutBefore ? "…" : null}
            <Marked text={line.snippet} query={query} />
            {line.isCutBehind ? "…" : null}
          </div>
          {line.words === 0 ? <span className="how">by meaning</span> : null}
        </>
      );
    }
  }
}

function Marked({ text, query }: { text: string; query: string }): ReactNode {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const { start, end } of highlightRanges(text, query)) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}
