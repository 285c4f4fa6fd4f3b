"use client";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { Byline } from "../editor/byline.tsx";
import { type Edited, inWords } from "../editor/byline-words.ts";
import { DocumentBody, type OpenBody } from "../editor/document-body.tsx";
import { type DocumentFile, exportDocument, type Format } from "../editor/export-document.ts";
import { openFind } from "../editor/open-find.ts";
import { OutlinePanel, useOutline } from "../editor/outline/outline-panel.tsx";
import { RefusedNotice } from "../editor/refused-notice.tsx";
import { SaveNotice } from "../editor/save-notice.tsx";
import { SaveStatus } from "../editor/save-status.tsx";
import { TitleField } from "../editor/title-field.tsx";
import { useSession, useStore } from "../editor/use-session.ts";
import { WordCount } from "../editor/word-count.tsx";
import { PeopleHere } from "../presence/people-here.tsx";
import { TypingStatus } from "../presence/typing-status.tsx";
import { useTree } from "../sidebar/tree-context.tsx";
import { Bones } from "../ui/bones.tsx";
import { Soon } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { afterText, textComes } from "../ui/text-first.ts";
import { OwnName } from "./own-name.ts";
import type { PersonName } from "./people-names.ts";
import { RelatedBlocks, useRelatedChoice } from "./related.tsx";
import { useMentionDoor } from "./use-mention-door.ts";

const linkedFrom = new LatePart(
  "The list of places that lead here",
  async () => (await import("./linked-from.tsx")).LinkedFrom,
);

const rail = new LatePart("Where others are", async () => (await import("../editor/rail.tsx")).Rail);

/** What the server knew of the document when it made the page. */
export type InitialDocument = {
  title: string;
  /** Its first blocks, drawn; they are replaced by the editor and never come back. */
  still: ReactNode;
  canWrite: boolean;
  /** Null where nothing was written yet, as far as is known. */
  edited: Edited | null;
};

type PaneProps = {
  documentId: string;
  workspaceId: string;
  person: { id: string; name: string; color: number };
  /** Of the workspace. */
  people: readonly PersonName[];
  initial: InitialDocument;
  /** The workspace's topics, shared with the tree; called in the browser only. */
  channels: () => WorkspaceChannels;
  crumbs: ReactNode;
  actions: (doing: DocumentDoing) => ReactNode;
};

/** What the menu of a document can do with it. */
export type DocumentDoing = {
  /** The document as it stands on screen, with what is not sent yet. */
  exportAs: (format: Format) => Promise<DocumentFile>;
  /** Undefined while the document has no headings. */
  showOutline: (() => void) | undefined;
  showRelated: () => void;
  /** Undefined until the text is there. */
  showFind: (() => void) | undefined;
};

/** One document: its bar, its title and body, its foot. The title is there at once, the text when it is whole. */
export function DocumentPane(props: PaneProps) {
  const { documentId, workspaceId, person, initial, channels, crumbs, actions } = props;
  useTextFirst();
  const mentions = useMentionDoor({ workspaceId, documentId, userId: person.id, people: props.people });
  const session = useSession({ documentId, userId: person.id }, channels);
  useCheckWhenMoved(session, documentId);
  const exportAs = useCallback(
    async (format: Format) => {
      if (!session) throw new Error("The document is not open yet. Try again in a moment.");
      return exportDocument(session.doc, format);
    },
    [session],
  );
  const [body, setBody] = useState<OpenBody | null>(null);
  const outline = useOutline(body);
  const related = useRelatedChoice();
  const wasShown = useOnce(body !== null);
  const known = { ...initial, still: wasShown ? null : initial.still };
  return (
    <>
      <header className="bar">
        {crumbs}
        {session ? <SaveStatus session={session} /> : null}
        {session ? <PeopleHere people={session.people} /> : null}
        {actions({
          exportAs,
          showOutline: outline.headings ? outline.toggle : undefined,
          showRelated: related.toggle,
          showFind: body ? () => openFind(body.view) : undefined,
        })}
      </header>
      {session ? <SaveNotice key={`save ${session.sessionId}`} session={session} /> : null}
      {session ? (
        <RefusedNotice
          key={`refused ${session.sessionId}`}
          session={session}
          documentId={documentId}
          userId={person.id}
        />
      ) : null}
      <div className="desk">
        <main className="doc" id="main">
          {session ? (
            <OpenDocument {...{ documentId, session, mentions }} {...known} onBody={setBody} />
          ) : (
            <Opening {...known} />
          )}
          {body ? <Soon part={linkedFrom} props={{ workspaceId, documentId }} /> : null}
        </main>
        {body && session ? <Soon part={rail} props={{ body, session }} /> : null}
        <div className="margin">
          <OutlinePanel body={body} outline={outline} />
          <RelatedBlocks documentId={documentId} body={body} choice={related} />
        </div>
      </div>
      <footer className="foot doc-foot">
        {session ? <TypingStatus people={session.people} /> : null}
        {session ? <WordCount session={session} /> : null}
      </footer>
    </>
  );
}

/** Said as it is drawn, before any effect of the frame. */
function useTextFirst() {
  useState(() => {
    if (typeof window !== "undefined") textComes();
  });
  useEffect(
    () =>
      void afterText().then(() => {
        linkedFrom.fetchSurely();
        rail.fetchSurely();
      }),
    [],
  );
}

/** The tree hears at once when a document goes to the trash or comes back; its page asks the server then. */
function useCheckWhenMoved(session: DocumentSession | null, documentId: string) {
  const isInTree = useTree().rows.has(documentId);
  const was = useRef(isInTree);
  useEffect(() => {
    if (session && was.current !== isInTree) session.check();
    was.current = isInTree;
  }, [session, isInTree]);
}

const READS_ONLY = "You can read this document.";

function Opening({ title, still, canWrite, edited }: InitialDocument) {
  return (
    <>
      <h1 className="doc-title">{title.trim() || <span className="quiet">Untitled</span>}</h1>
      <p className="byline">
        {edited ? <span className="edited">{inWords(edited, new Date(edited.readAt))}</span> : null}
        {canWrite ? null : <span>{READS_ONLY}</span>}
      </p>
      {still ?? <Bones />}
    </>
  );
}

type OpenProps = InitialDocument & {
  documentId: string;
  session: DocumentSession;
  mentions: MentionDoor;
  onBody: (body: OpenBody | null) => void;
};

function OpenDocument({ documentId, session, mentions, onBody, ...known }: OpenProps) {
  const { phase, access, isWritable } = useStore(session.status);
  const wasOpen = useOnce(phase === "open");
  if (!wasOpen) return phase === "ended" ? <Ended title={known.title} /> : <Opening {...known} />;
  return (
    <>
      <TitleField
        doc={session.doc}
        isWritable={isWritable}
        takesFocus={isWritable && isBlank(session)}
        onEdit={() => session.keyPressed()}
      />
      <OwnName doc={session.doc} documentId={documentId} />
      <p className="byline">
        <Byline session={session} initial={known.edited} />
        {access && !isWritable && phase === "open" ? <span>{READS_ONLY}</span> : null}
      </p>
      <DocumentBody {...{ documentId, session, isWritable, mentions, onBody }} />
      {known.still}
    </>
  );
}

const isBlank = ({ doc }: DocumentSession): boolean =>
  doc.getMap("blocks").size === 0 && doc.getText("title").length === 0;

/** True from the first time on: text that was shown stays on the page, whatever happens to the connection. */
function useOnce(value: boolean): boolean {
  const [seen, setSeen] = useState(value);
  if (value && !seen) setSeen(true);
  return seen || value;
}

function Ended({ title }: { title: string }) {
  return (
    <>
      <h1 className="doc-title">{title}</h1>
      <p className="byline">This document cannot be opened now. Nothing was changed in it.</p>
    </>
  );
}
