/** Asks the database to do something for this person; what it refuses comes back as its own sentence. */
import { findVerifiedUser } from "../../../lib/auth/current-user.ts";
import { fromServerError } from "../../../lib/core/errors.ts";
import { type FunctionArguments, type FunctionName, forRpc } from "../../../lib/supabase/functions.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";
import { createLimit } from "../../../lib/web/limit.ts";

export type Asked = { ok: true; data: unknown } | { ok: false; sentence: string };

const changes = createLimit(120);

/** Only for a session that the account service still knows: these are changes of rights and deletions. */
export async function ask<Name extends FunctionName>(
  name: Name,
  values: FunctionArguments<Name>,
): Promise<Asked> {
  const user = await findVerifiedUser();
  if (!user) return { ok: false, sentence: "You are signed out. Sign in again; nothing was changed." };
  const wait = changes.secondsToWait(user.id);
  if (wait > 0) {
    return { ok: false, sentence: `Too many changes in a short time. Wait ${wait} s; nothing was changed.` };
  }
  const client = await createServerSupabase();
  const { data, error, status } = await client.rpc(name, forRpc<Name>(values));
  if (!error) return { ok: true, data };
  const failure = fromServerError(error, status);
  const isOurs = failure.code === "internal" || failure.code === "unavailable";
  if (isOurs) console.error(`${name}: ${failure.reason}: ${failure.message}`);
  const sentence = isOurs ? "The database does not answer. Nothing was changed; try again." : failure.message;
  return { ok: false, sentence };
}
