"use client";
import { useState, useTransition } from "react";
import { Confirm } from "../ui/confirm.tsx";
import { say } from "../ui/say.ts";

type Answer = { ok: true } | { ok: false; sentence: string };

export type TrashedDocument = {
  id: string;
  title: string;
  /** Where it was, e.g. "Operations / Post-mortems"; empty at the root. */
  place: string;
  /** When it came here, e.g. "2 hours ago". */
  when: string;
  /** When it is deleted forever, e.g. "in 12 days". */
  ends: string;
};

type TrashProps = {
  documents: readonly TrashedDocument[];
  canWrite: boolean;
  restore: (id: string) => Promise<Answer>;
  deleteForever: (id: string) => Promise<Answer>;
};

export function TrashList({ documents, canWrite, restore, deleteForever }: TrashProps) {
  const [doomed, setDoomed] = useState<TrashedDocument>();
  const [busy, start] = useTransition();
  return (
    <>
      <ul className="list list-edge">
        {documents.map((document) => (
          <li key={document.id}>
            <div className="item actions">
              <span className="title own-way" dir="auto">
                {document.title}
              </span>
              <span className="sub">
                {[document.place, `Moved here ${document.when}`, `Deleted forever ${document.ends}`]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {canWrite ? (
                <span className="acts">
                  <button
                    type="button"
                    className="button"
                    aria-description={document.title}
                    aria-disabled={busy}
                    onClick={() => start(async () => void say(await restore(document.id)))}
                  >
                    Restore
                  </button>
                  <button
                    type="button"
                    className="button danger"
                    aria-description={document.title}
                    onClick={() => setDoomed(document)}
                  >
                    Delete forever
                  </button>
                </span>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <Confirm
        open={doomed !== undefined}
        onOpenChange={(open) => open || setDoomed(undefined)}
        title={`Delete “${doomed?.title}” forever?`}
        description="Everything inside it goes, too. This cannot be undone."
        action="Delete forever"
        onConfirm={async () => {
          if (doomed) say(await deleteForever(doomed.id));
        }}
      />
    </>
  );
}
