import type { Metadata } from "next";
import { Bar } from "../../../../components/workspace/bar.tsx";
import { RecentDocuments } from "../../../../components/workspace/recent-documents.tsx";
import { listDocuments } from "../../../../lib/data/documents.ts";
import { ago } from "../../../../lib/web/times.ts";
import { getViewer } from "../viewer.ts";
import { placeNames } from "./place-names.ts";

export const metadata: Metadata = { title: "Home" };

const SHOWN = 20;

type Props = { params: Promise<{ workspaceId: string }> };

export default async function HomePage({ params }: Props) {
  const { workspaceId } = await params;
  const { workspace, canWrite } = await getViewer(workspaceId, `/w/${workspaceId}`);
  const documents = await listDocuments(workspace.id);
  const placeOf = placeNames(documents);
  const recent = documents.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()).slice(0, SHOWN);
  return (
    <>
      <Bar title="Home" />
      <main className="column" id="main">
        <header>
          <h1>{workspace.name}</h1>
        </header>
        <RecentDocuments
          workspaceId={workspace.id}
          canWrite={canWrite}
          documents={recent.map((one) => ({
            id: one.id,
            title: one.title.trim() || "Untitled",
            place: placeOf(one.parentPath),
            when: ago(one.updatedAt),
          }))}
        />
      </main>
    </>
  );
}
