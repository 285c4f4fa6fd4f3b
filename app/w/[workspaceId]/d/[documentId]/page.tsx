import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { stillBody } from "../../../../../components/editor/still-body.tsx";
import { DocumentScreen } from "../../../../../components/workspace/document-screen.tsx";
import { TrashedDocument } from "../../../../../components/workspace/trashed-document.tsx";
import { listFirstBlocks } from "../../../../../lib/data/blocks.ts";
import { findDocument } from "../../../../../lib/data/documents.ts";
import { listMembers } from "../../../../../lib/data/people.ts";
import { getViewer } from "../../viewer.ts";

type Props = { params: Promise<{ workspaceId: string; documentId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { workspaceId, documentId } = await params;
  const document = await findDocument(documentId);
  return { title: document?.workspaceId === workspaceId ? document.title.trim() || "Untitled" : "Not found" };
}

export default async function DocumentPage({ params }: Props) {
  const { workspaceId, documentId } = await params;
  const { user, workspace, canWrite } = await getViewer(workspaceId, `/w/${workspaceId}/d/${documentId}`);
  const [document, members, blocks] = await Promise.all([
    findDocument(documentId),
    listMembers(workspace.id),
    listFirstBlocks(documentId),
  ]);
  // The one id that was asked for decides: a document of another workspace is not found here.
  if (document?.workspaceId !== workspace.id) notFound();
  if (document.trashedAt) return <TrashedDocument title={document.title} />;
  const me = members.find((member) => member.userId === user.id);
  return (
    <DocumentScreen
      key={document.id}
      workspaceId={workspace.id}
      documentId={document.id}
      person={{ id: user.id, name: me?.name ?? "You", color: me?.color ?? 1 }}
      role={workspace.role}
      initial={{
        title: document.title,
        canWrite,
        still: stillBody(blocks),
      }}
    />
  );
}
