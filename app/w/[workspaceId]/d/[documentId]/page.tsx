import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { Edited } from "../../../../../components/editor/byline-words.ts";
import { stillBody } from "../../../../../components/editor/still-body.tsx";
import { branchesOf } from "../../../../../components/sidebar/tree-model.ts";
import { DocumentScreen } from "../../../../../components/workspace/document-screen.tsx";
import { knownDocuments } from "../../../../../components/workspace/known-documents.ts";
import { lookAmong } from "../../../../../components/workspace/mention-door.ts";
import { TrashedDocument } from "../../../../../components/workspace/trashed-document.tsx";
import { mentionOf } from "../../../../../lib/core/mention.ts";
import {
  type FirstBlock,
  findLastEdit,
  type LastEdit,
  listFirstBlocks,
} from "../../../../../lib/data/blocks.ts";
import { findDocument, listDocuments } from "../../../../../lib/data/documents.ts";
import { listMembers, type Member } from "../../../../../lib/data/people.ts";
import { getViewer } from "../../viewer.ts";

type Props = { params: Promise<{ workspaceId: string; documentId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { workspaceId, documentId } = await params;
  const document = await findDocument(workspaceId, documentId);
  return { title: document ? document.title.trim() || "Untitled" : "Not found" };
}

/** Who is named in the blocks, as this person may know it. The tree is read for it only where documents are. */
async function lookFor(workspaceId: string, blocks: readonly FirstBlock[], members: readonly Member[]) {
  const isNamed = blocks.some(({ content }) =>
    content.text.some((run) => mentionOf(run)?.kind === "document"),
  );
  const rows = new Map((isNamed ? await listDocuments(workspaceId) : []).map((row) => [row.id, row]));
  const known = knownDocuments(rows, branchesOf(rows)).map((one) => [one.id, one] as const);
  const names = members.map(({ userId, name }) => [userId, name] as const);
  return lookAmong(workspaceId, new Map(known), new Map(names));
}

/** Null where nothing was written, or nothing of it is known any more. */
function editedFor(userId: string, last: LastEdit | null, members: readonly Member[]): Edited | null {
  if (!last?.at) return null;
  const name = members.find((member) => member.userId === last.by)?.name ?? null;
  const by = last.by === userId ? "you" : name;
  return { at: last.at.getTime(), by, blocks: last.blocks, readAt: Date.now() };
}

export default async function DocumentPage({ params }: Props) {
  const { workspaceId, documentId } = await params;
  // Asked for at once: each answers only what this person may see. Who that is decides before any of it is looked at.
  const asked = Promise.all([
    findDocument(workspaceId, documentId),
    listMembers(workspaceId),
    listFirstBlocks(documentId),
    findLastEdit(documentId),
  ]);
  asked.catch(() => undefined);
  const { user, workspace, canWrite } = await getViewer(workspaceId, `/w/${workspaceId}/d/${documentId}`);
  const [document, members, blocks, last] = await asked;
  if (document === null) notFound();
  if (document.trashedAt) return <TrashedDocument title={document.title} />;
  const me = members.find((member) => member.userId === user.id);
  return (
    <DocumentScreen
      key={document.id}
      workspaceId={workspace.id}
      documentId={document.id}
      person={{ id: user.id, name: me?.name ?? "You", color: me?.color ?? 1 }}
      people={members.map(({ userId, name }) => ({ id: userId, name }))}
      role={workspace.role}
      initial={{
        title: document.title,
        canWrite,
        edited: editedFor(user.id, last, members),
        still: stillBody(blocks, await lookFor(workspace.id, blocks, members)),
      }}
    />
  );
}
