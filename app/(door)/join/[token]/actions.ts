"use server";
import { redirect } from "next/navigation";
import * as z from "zod";
import type { FormState } from "../../../../components/auth/form-state.ts";
import { fromServerError } from "../../../../lib/core/errors.ts";
import { createServerSupabase } from "../../../../lib/supabase/server.ts";

const accepted = z.object({ workspaceId: z.uuid() });

export async function join(token: string, _state: FormState, _form: FormData): Promise<FormState> {
  const client = await createServerSupabase();
  const { data, error, status } = await client.rpc("accept_invitation", { p_token: token });
  if (error) {
    const failure = fromServerError(error, status);
    const isOurs = failure.code === "internal" || failure.code === "unavailable";
    const sentence = isOurs ? "The database does not answer. Try again in a moment." : failure.message;
    return { values: {}, errors: { form: sentence } };
  }
  redirect(`/w/${accepted.parse(data).workspaceId}`);
}
