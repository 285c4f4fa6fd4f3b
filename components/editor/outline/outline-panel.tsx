"use client";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { keepChoice } from "../../ui/cookie.ts";
import { Late } from "../../ui/late.tsx";
import { LatePart } from "../../ui/late-part.ts";
import type { OpenBody } from "../document-body.tsx";
import { Headings } from "./headings.ts";
import { OutlineList } from "./outline-list.tsx";

const sheet = new LatePart("The outline", async () => (await import("./outline-sheet.tsx")).OutlineSheet);

/** From here on the panel stands in the margin beside the text, which it never moves; below, it is a sheet. */
const WIDE = "(min-width: 1320px)";
const COOKIE = "outline";

export type OutlineState = {
  /** Nothing to show without headings. */
  readonly headings: Headings | null;
  readonly isShown: boolean;
  readonly isSheet: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
};

/** The headings of the open document, and whether they are shown: in the margin until one hides them, else on demand. */
export function useOutline(body: OpenBody | null): OutlineState {
  const headings = useHeadings(body);
  const [isHidden, setHidden] = useState(false);
  const [isSheet, setSheet] = useState(false);
  useEffect(() => setHidden(document.cookie.includes(`${COOKIE}=hidden`)), []);
  const hide = (next: boolean) => {
    setHidden(next);
    keepChoice(COOKIE, next ? "hidden" : null);
  };
  const isWide = () => window.matchMedia(WIDE).matches;
  return {
    headings,
    isShown: headings !== null && !isHidden,
    isSheet: headings !== null && isSheet,
    toggle: () => (isWide() ? hide(!isHidden) : setSheet(true)),
    close: () => (isSheet ? setSheet(false) : hide(true)),
  };
}

function useHeadings(body: OpenBody | null): Headings | null {
  const [made, setMade] = useState<Headings | null>(null);
  const [isEmpty, setEmpty] = useState(true);
  useEffect(() => {
    if (!body) return;
    const headings = new Headings(body.map);
    const look = () => setEmpty(headings.shown.getSnapshot().length === 0);
    const stop = headings.shown.subscribe(look);
    setMade(headings);
    look();
    return () => {
      stop();
      headings.destroy();
      setMade(null);
    };
  }, [body]);
  return isEmpty ? null : made;
}

type PanelProps = { body: OpenBody | null; outline: OutlineState };

export function OutlinePanel({ body, outline }: PanelProps) {
  const { headings, isShown, isSheet, close } = outline;
  if (!body || !headings) return null;
  return (
    <>
      {isShown ? (
        <nav className="panel outline-panel" aria-label="Outline" data-outline="">
          <div className="outline-head">
            <h2>Outline</h2>
            <button type="button" className="icon-button" aria-label="Hide the outline" onClick={close}>
              <X className="i" aria-hidden />
            </button>
          </div>
          <OutlineList headings={headings} view={body.view} />
        </nav>
      ) : null}
      {isSheet ? <Late part={sheet} props={{ body, headings, onClose: close }} onMissing={close} /> : null}
    </>
  );
}
