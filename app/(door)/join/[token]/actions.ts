"use server";
import { redirect } from "next/navigation";
import * as z from "zod";
import type { FormState } from "../../../../components/auth/form-state.ts";
import { fromServerError } from "../../../../lib/core/errors.ts";
import { createServerSupabase } from "../../../../lib/supabase/server.ts";
import { tooMany } from "../../tries.ts";

const accepted = z.object({ workspaceId: z.uuid() });
const invitation = z.string().min(1).max(200);
const said = (sentence: string): FormState => ({ values: {}, errors: { form: sentence } });

export async function join(token: string, _state: FormState, _form: FormData): Promise<FormState> {
  // What is bound to an action comes back from the browser: it may be anything.
  const asked = invitation.safeParse(token);
  if (!asked.success) return said("That is no invitation link. Look whether the whole link was copied.");
  const many = await tooMany("join", asked.data);
  if (many) return said(many);
  const client = await createServerSupabase();
  const { data, error, status } = await client.rpc("accept_invitation", { p_token: asked.data });
  if (error) {
    const failure = fromServerError(error, status);
    const isOurs = failure.code === "internal" || failure.code === "unavailable";
    return said(isOurs ? "The database does not answer. Try again in a moment." : failure.message);
  }
  redirect(`/w/${accepted.parse(data).workspaceId}`);
}
