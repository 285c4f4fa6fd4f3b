"use client";
import { useEffect, useRef } from "react";
import * as Y from "yjs";
import { setTitle } from "../../lib/collab/rename-document.ts";
import { MAX_TITLE_LENGTH } from "../../lib/core/projection.ts";
import { keepTabTitle } from "./tab-title.ts";
import { TITLE_EDIT, titleUndo } from "./title-undo.ts";

type TitleProps = {
  doc: Y.Doc;
  isWritable: boolean;
  /** A new document begins with its title. */
  takesFocus: boolean;
  onEdit: () => void;
};

/** The title: one line of plain text, live like the rest. Enter goes to the body. */
export function TitleField({ doc, isWritable, takesFocus, onEdit }: TitleProps) {
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus && !isBusyElsewhere()) field.current?.focus();
  }, [takesFocus]);
  useTitleBinding(doc, field);
  useEffect(() => keepTabTitle(doc.getText("title")), [doc]);
  useEffect(
    () => (field.current && isWritable ? titleUndo(doc.getText("title"), field.current) : undefined),
    [doc, isWritable],
  );
  const write = () => {
    const text = clean(field.current?.textContent ?? "").slice(0, MAX_TITLE_LENGTH);
    doc.transact(() => setTitle(doc, text), TITLE_EDIT);
    onEdit();
  };
  return (
    <h1 className="doc-title">
      {/* biome-ignore lint/a11y/useSemanticElements: an input wraps no long title and cannot look like one */}
      <div
        ref={field}
        role="textbox"
        tabIndex={0}
        aria-label="Title"
        aria-readonly={!isWritable}
        contentEditable={isWritable ? "plaintext-only" : false}
        suppressContentEditableWarning
        data-placeholder="Untitled"
        dir="auto"
        onInput={(event) => {
          if (!(event.nativeEvent as InputEvent).isComposing) write();
        }}
        onCompositionEnd={write}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "ArrowDown") return;
          if (event.nativeEvent.isComposing) return;
          event.preventDefault();
          document.querySelector<HTMLElement>("[aria-label='Document body']")?.focus();
        }}
      />
    </h1>
  );
}

/** Somebody has opened a menu or begun to write meanwhile: the focus is theirs. */
const isBusyElsewhere = (): boolean =>
  document.activeElement?.closest(".popup, [role=dialog], input, textarea, [contenteditable]") != null;

const clean = (text: string): string => text.replace(/\s*\n\s*/g, " ");

/** Shows the shared title; the caret stays with its character when another changes it. */
function useTitleBinding(doc: Y.Doc, field: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const text = doc.getText("title");
    const show = () => {
      const element = field.current;
      const title = text.toString();
      if (!element || element.textContent === title) return;
      const caret = caretIn(element);
      const place = caret === null ? null : relativeCaret;
      element.textContent = title;
      if (place) setCaret(element, absoluteOf(doc, place) ?? title.length);
      else if (caret !== null) setCaret(element, Math.min(caret, title.length));
    };
    let relativeCaret: Y.RelativePosition | null = null;
    const remember = (transaction: Y.Transaction) => {
      const caret = field.current ? caretIn(field.current) : null;
      relativeCaret =
        caret === null || transaction.origin === TITLE_EDIT
          ? null
          : Y.createRelativePositionFromTypeIndex(text, Math.min(caret, text.length), -1);
    };
    show();
    doc.on("beforeTransaction", remember);
    text.observe(show);
    return () => {
      doc.off("beforeTransaction", remember);
      text.unobserve(show);
    };
  }, [doc, field]);
}

function absoluteOf(doc: Y.Doc, place: Y.RelativePosition): number | null {
  return Y.createAbsolutePositionFromRelativePosition(place, doc)?.index ?? null;
}

function caretIn(element: HTMLElement): number | null {
  const selection = document.getSelection();
  if (!selection?.focusNode || !element.contains(selection.focusNode)) return null;
  const before = document.createRange();
  before.setStart(element, 0);
  before.setEnd(selection.focusNode, selection.focusOffset);
  return before.toString().length;
}

function setCaret(element: HTMLElement, offset: number): void {
  const node = element.firstChild;
  if (node) document.getSelection()?.collapse(node, Math.min(offset, node.textContent?.length ?? 0));
}
