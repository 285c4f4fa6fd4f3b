"use server";
import { revalidatePath } from "next/cache";
import * as z from "zod";
import { ask } from "../../ask.ts";

type Answer = { ok: true } | { ok: false; sentence: string };

export async function restore(workspaceId: string, documentId: string): Promise<Answer> {
  return change("restore_document", workspaceId, documentId);
}

export async function deleteForever(workspaceId: string, documentId: string): Promise<Answer> {
  return change("delete_document_forever", workspaceId, documentId);
}

async function change(
  name: "restore_document" | "delete_document_forever",
  workspaceId: string,
  documentId: string,
): Promise<Answer> {
  if (!z.array(z.uuid()).safeParse([workspaceId, documentId]).success) {
    return { ok: false, sentence: "That could not be read. Load the page again; nothing was changed." };
  }
  const asked = await ask(name, { p_document_id: documentId });
  revalidatePath(`/w/${workspaceId}/trash`);
  return asked.ok ? { ok: true } : asked;
}
