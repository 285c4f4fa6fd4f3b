/** What is kept of a person, and how a person goes. */
import "server-only";
import * as z from "zod";
import { fromServerError } from "../core/errors.ts";
import { createAdminClient } from "../supabase/admin.ts";
import { createServerSupabase } from "../supabase/server.ts";
import { Id, parseAnswer } from "./rows.ts";

/** What becomes of a workspace when this person goes; see private.fates_of. */
const Fate = z.object({
  workspaceId: Id,
  name: z.string(),
  fate: z.enum(["deleted", "left", "refused"]),
  documents: z.number(),
});
export type Fate = z.infer<typeof Fate>;

/** Of the asking person's workspaces, by name. */
export async function previewDeletion(): Promise<Fate[]> {
  const client = await createServerSupabase();
  return parseAnswer(z.array(Fate), await client.rpc("preview_account_deletion"));
}

/** All that is kept of the asking person; documents among it by id and title, for the page to fetch. */
export const OwnData = z.looseObject({
  documents: z.array(z.looseObject({ id: Id, canRead: z.boolean(), title: z.string().nullable() })),
});
export type OwnData = z.infer<typeof OwnData>;

const TRIES = 3;

/**
 * Deletes that account, with everything that is this person's alone. Null when it is done, else the sentence that says why
 * not, and what is safe. The caller has made sure that this person wants it.
 */
export async function deleteAccount(userId: string): Promise<string | null> {
  const admin = createAdminClient();
  const { error, status } = await admin.rpc("delete_account", { p_user_id: userId });
  if (error) {
    const failure = fromServerError(error, status);
    if (failure.code !== "internal" && failure.code !== "unavailable") return failure.message;
    console.error(`delete_account: ${failure.reason}: ${failure.message}`);
    return "The database does not answer. Nothing was deleted; try again in a moment.";
  }
  for (let attempt = 1; ; attempt += 1) {
    const removed = await admin.auth.admin.deleteUser(userId);
    if (!removed.error || removed.error.status === 404) return null;
    if (attempt < TRIES) continue;
    console.error(`deleteUser: ${removed.error.code ?? "no code"}: ${removed.error.message}`);
    return "Your workspaces and your name are gone, but the account itself could not be deleted. Try again in a moment.";
  }
}
