"use client";
import { FilePlus } from "lucide-react";
import { documentPath, useDocumentActions } from "../sidebar/use-document-actions.ts";
import { Empty } from "../ui/empty.tsx";
import { PageLink } from "../ui/page-link.tsx";
import { useFrame } from "./frame-context.tsx";

type Recent = {
  id: string;
  title: string;
  /** What was written last in it. */
  said: string | null;
  place: string;
  when: string;
  who: string | null;
};

type RecentProps = { workspaceId: string; canWrite: boolean; documents: readonly Recent[] };

export function RecentDocuments({ workspaceId, canWrite, documents }: RecentProps) {
  if (documents.length === 0) return <NoDocuments workspaceId={workspaceId} canWrite={canWrite} />;
  return (
    <section aria-labelledby="recent">
      <div className="list-head">
        <h2 id="recent">Recent documents</h2>
      </div>
      <ul className="list">
        {documents.map((document) => (
          <li key={document.id}>
            <PageLink className="item" href={documentPath(workspaceId, document.id)} prefetch={false}>
              <span className="title own-way" dir="auto">
                {document.title}
              </span>
              {document.said ? (
                <span className="said own-way" dir="auto">
                  {document.said}
                </span>
              ) : null}
              {document.place ? <span className="sub">{document.place}</span> : null}
              <span className="when">
                {document.when}
                {document.who ? <span className="who-wrote">{document.who}</span> : null}
              </span>
            </PageLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NoDocuments({ workspaceId, canWrite }: { workspaceId: string; canWrite: boolean }) {
  const act = useDocumentActions(workspaceId);
  const { isSeeding } = useFrame();
  if (isSeeding) {
    return (
      <p className="note" role="status">
        Writing your first documents…
      </p>
    );
  }
  if (!canWrite) {
    return <Empty title="Nothing here yet" text="Documents that others write here appear on this page." />;
  }
  return (
    <Empty title="Nothing here yet" text="Start a document; everybody in this workspace can read it.">
      <button type="button" className="button" onClick={() => void act.create(null)}>
        <FilePlus className="i" aria-hidden />
        Start a document
      </button>
    </Empty>
  );
}
