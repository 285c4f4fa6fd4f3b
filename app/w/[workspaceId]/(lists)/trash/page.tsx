import type { Metadata } from "next";
import { TrashList } from "../../../../../components/trash/trash-list.tsx";
import { Empty } from "../../../../../components/ui/empty.tsx";
import { PageLink } from "../../../../../components/ui/page-link.tsx";
import { Bar } from "../../../../../components/workspace/bar.tsx";
import { listDocuments, listTrash } from "../../../../../lib/data/documents.ts";
import { ago, endInTrash, TRASH_DAYS } from "../../../../../lib/web/times.ts";
import { getViewer } from "../../viewer.ts";
import { placeNames } from "../place-names.ts";
import { deleteForever, restore } from "./actions.ts";

export const metadata: Metadata = { title: "Trash" };

type Props = { params: Promise<{ workspaceId: string }> };

export default async function TrashPage({ params }: Props) {
  const { workspaceId } = await params;
  const { workspace, canWrite } = await getViewer(workspaceId, `/w/${workspaceId}/trash`);
  const [trash, documents] = await Promise.all([listTrash(workspace.id), listDocuments(workspace.id)]);
  const placeOf = placeNames([...documents, ...trash]);
  return (
    <>
      <Bar title="Trash" />
      <main className="column" id="main">
        <header>
          <h1>Trash</h1>
          <p>{`What is here can be restored, with everything inside it, for ${TRASH_DAYS} days. Then it is deleted forever.`}</p>
        </header>
        {trash.length === 0 ? (
          <Empty
            title="Nothing in the trash"
            text="What you move to the trash can be restored from here for 30 days."
          >
            <PageLink className="button" href={`/w/${workspace.id}`}>{`Back to ${workspace.name}`}</PageLink>
          </Empty>
        ) : (
          <TrashList
            documents={trash.map((one) => ({
              id: one.id,
              title: one.title.trim() || "Untitled",
              place: placeOf(one.parentPath),
              when: one.trashedAt ? ago(one.trashedAt) : "",
              ends: one.trashedAt ? endInTrash(one.trashedAt) : "",
            }))}
            canWrite={canWrite}
            restore={restore.bind(null, workspace.id)}
            deleteForever={deleteForever.bind(null, workspace.id)}
          />
        )}
      </main>
    </>
  );
}
