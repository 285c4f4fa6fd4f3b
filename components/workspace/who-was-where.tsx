"use client";
import { documentPath } from "../sidebar/use-document-actions.ts";
import { Avatar } from "../ui/avatar.tsx";
import { PageLink } from "../ui/page-link.tsx";

type Person = { id: string; name: string; color: number; documentId: string; title: string; when: string };

/** The others of the workspace, with the document that each opened last. */
export function WhoWasWhere({ workspaceId, people }: { workspaceId: string; people: readonly Person[] }) {
  return (
    <section aria-labelledby="whereabouts">
      <div className="list-head">
        <h2 id="whereabouts">Who was where</h2>
      </div>
      {people.length === 0 ? (
        <p className="note quiet">The documents that others open last are shown here.</p>
      ) : (
        <ul className="whereabouts">
          {people.map(({ id, name, color, documentId, title, when }) => (
            <li key={id}>
              <Avatar name={name} color={color} large />
              <div>
                <div>{name}</div>
                <div className="sub">
                  in{" "}
                  <PageLink href={documentPath(workspaceId, documentId)} prefetch={false}>
                    {title}
                  </PageLink>
                  , {when}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
