import type { Metadata } from "next";
import { Bar } from "../../../../components/workspace/bar.tsx";
import { RecentDocuments } from "../../../../components/workspace/recent-documents.tsx";
import { WhoWasWhere } from "../../../../components/workspace/who-was-where.tsx";
import { listDocuments } from "../../../../lib/data/documents.ts";
import { listMembers } from "../../../../lib/data/people.ts";
import { findHome } from "../../../../lib/data/workspaces.ts";
import { ago } from "../../../../lib/web/times.ts";
import { getViewer } from "../viewer.ts";
import { placeNames } from "./place-names.ts";

export const metadata: Metadata = { title: "Home" };

const SHOWN = 20;

type Props = { params: Promise<{ workspaceId: string }> };

export default async function HomePage({ params }: Props) {
  const { workspaceId } = await params;
  const { user, workspace, canWrite } = await getViewer(workspaceId, `/w/${workspaceId}`);
  const [documents, members, home] = await Promise.all([
    listDocuments(workspace.id),
    listMembers(workspace.id),
    findHome(workspace.id),
  ]);
  const placeOf = placeNames(documents);
  const memberOf = new Map(members.map((member) => [member.userId, member]));
  const titleOf = new Map(documents.map(({ id, title }) => [id, title.trim() || "Untitled"]));
  const known = new Map(home.recent.map((one) => [one.id, one]));
  const who = (id: string | null | undefined) => (id === user.id ? "You" : memberOf.get(id ?? "")?.name);
  const recent = documents.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()).slice(0, SHOWN);
  return (
    <>
      <Bar title="Home" />
      <main className="column" id="main">
        <header>
          <h1>{workspace.name}</h1>
        </header>
        <div className="home">
          <RecentDocuments
            workspaceId={workspace.id}
            canWrite={canWrite}
            documents={recent.map((one) => ({
              id: one.id,
              title: one.title.trim() || "Untitled",
              said: known.get(one.id)?.said ?? null,
              place: placeOf(one.parentPath),
              when: ago(one.updatedAt),
              who: who(known.get(one.id)?.by) ?? null,
            }))}
          />
          <div>
            <WhoWasWhere
              workspaceId={workspace.id}
              people={home.people.flatMap(({ id, documentId, at }) => {
                const member = memberOf.get(id);
                const title = titleOf.get(documentId);
                if (!member || title === undefined || id === user.id) return [];
                return [{ id, name: member.name, color: member.color, documentId, title, when: ago(at) }];
              })}
            />
          </div>
        </div>
      </main>
    </>
  );
}
