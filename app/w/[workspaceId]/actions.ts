"use server";
import { redirect } from "next/navigation";
import { createServerSupabase } from "../../../lib/supabase/server.ts";

/** Ends the session of this browser only. */
export async function signOut(): Promise<void> {
  const client = await createServerSupabase();
  await client.auth.signOut({ scope: "local" });
  redirect("/sign-in");
}
