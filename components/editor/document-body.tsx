"use client";
import type { EditorView } from "@tiptap/pm/view";
import { type Editor, useEditor } from "@tiptap/react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { BlockMap } from "../../lib/core/block-map.ts";
import { isBlockId } from "../../lib/core/ids.ts";
import { hearClicksBelow } from "../../lib/editor/click-below.ts";
import { flashBlock } from "../../lib/editor/flash.ts";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { Late, Soon } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import type { OpenAttachments } from "./attachments/open-attachments.ts";
import { holdToolKeys } from "./early-keys.ts";
import { bodyTools, fetchAhead } from "./fetch-ahead.ts";
import { letListsPick } from "./list-picks.ts";
import { type DocumentEditor, openEditor } from "./open-editor.ts";
import { useStore } from "./use-session.ts";

const pictureDialogs = new LatePart(
  "The picture's page",
  async () => (await import("./attachments/attachment-dialogs.tsx")).AttachmentDialogs,
);

/** What stands around the text is told of the editor while there is one. */
export type OpenBody = {
  readonly view: EditorView;
  readonly map: BlockMap;
  /** Calls on each change of text or selection; returns the way to stop. */
  readonly onChange: (listener: () => void) => () => void;
};

type BodyProps = {
  documentId: string;
  session: DocumentSession;
  isWritable: boolean;
  /** Documents and people that can be named; the same as long as the document is open. */
  mentions: MentionDoor;
  onBody: (body: OpenBody | null) => void;
};

/** The text. Made once a session; React draws nothing in it. */
export function DocumentBody({ documentId, session, isWritable, mentions, onBody }: BodyProps) {
  const [opened, setOpened] = useState<DocumentEditor | null>(null);
  // All of it before the next paint, in one go: what stands there until then shows the text, too.
  useLayoutEffect(() => {
    const made = openEditor(documentId, session, mentions);
    setOpened(made);
    return () => {
      setOpened(null);
      made.destroy();
    };
  }, [documentId, session, mentions]);
  return opened ? (
    <Editing
      key={session.sessionId}
      documentId={documentId}
      opened={opened}
      session={session}
      isWritable={isWritable}
      mentions={mentions}
      onBody={onBody}
    />
  ) : null;
}

type EditingProps = BodyProps & { opened: DocumentEditor };

function Editing({ documentId, opened, session, isWritable, mentions, onBody }: EditingProps) {
  const area = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const editor = useEditor({
    ...opened.options,
    editable: isWritable,
    immediatelyRender: false,
    shouldRerenderOnTransaction: false,
  });
  usePlace(editor, place);
  useEffect(() => {
    // it looks through all that is drawn
    if (editor && editor.isEditable !== isWritable) editor.setEditable(isWritable, false);
    editor?.view.dom.setAttribute("aria-readonly", String(!isWritable));
  }, [editor, isWritable]);
  useAddressedBlock(editor?.view ?? null);
  useEffect(() => {
    const page = area.current?.parentElement;
    return editor && page ? hearClicksBelow(editor.view, page) : undefined;
  }, [editor]);
  useEffect(() => (editor ? fetchAhead() : undefined), [editor]);
  // before the next paint: what stood here until now goes as the text comes
  useLayoutEffect(() => {
    if (!editor) return;
    letListsPick(editor.view, opened, mentions);
    onBody({ view: editor.view, map: opened.map, onChange: opened.onChange });
    return () => onBody(null);
  }, [editor, opened, mentions, onBody]);
  useLayoutEffect(() => {
    if (editor) holdToolKeys(editor.view);
  }, [editor]);
  return (
    <div className="body-area" ref={area}>
      <div ref={place} />
      {editor ? (
        <Soon
          part={bodyTools}
          props={{ documentId, view: editor.view, opened, session, isWritable, area, look: mentions.look }}
        />
      ) : null}
      {editor ? <PictureDialogs view={editor.view} attachments={opened.attachments} /> : null}
    </div>
  );
}

/**
 * Puts the text into the page. @tiptap/react's `EditorContent` would make the views of all plugins a second time for it,
 * for views that React draws: there are none.
 */
function usePlace(editor: Editor | null, place: RefObject<HTMLElement | null>) {
  useLayoutEffect(() => {
    if (!editor) return;
    place.current?.append(editor.view.dom);
    editor.view.updateRoot();
  }, [editor, place]);
}

/** Made when the first picture is looked at. */
function PictureDialogs({ view, attachments }: { view: EditorView; attachments: OpenAttachments }) {
  const isShown = useStore(attachments.dialog) !== null;
  const [wasShown, setShown] = useState(isShown);
  if (isShown && !wasShown) setShown(true);
  const close = () => {
    setShown(false);
    attachments.dialog.set(null);
  };
  return wasShown ? <Late part={pictureDialogs} props={{ view, attachments }} onMissing={close} /> : null;
}

/** `#blockId` in the address: goes there, now and whenever it changes. */
function useAddressedBlock(view: EditorView | null) {
  useEffect(() => {
    if (!view) return;
    const go = () => {
      const id = window.location.hash.slice(1);
      if (isBlockId(id)) flashBlock(view, id);
    };
    go();
    window.addEventListener("hashchange", go);
    return () => window.removeEventListener("hashchange", go);
  }, [view]);
}
