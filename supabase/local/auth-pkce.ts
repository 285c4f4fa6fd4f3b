/**
 * Links in mails that were asked for with PKCE (as @supabase/ssr asks): opening one leads back with `?code=…`,
 * which only the browser that asked can turn into a session. lite knows PKCE for OAuth, not for mails.
 */
import { randomUUID } from "node:crypto";
import type { Database } from "./database.ts";
import type { Outbox } from "./mail.ts";
import type { Claims, Tokens } from "./tokens.ts";

interface PkceParts {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly outbox: Outbox;
}

/** The redirect with a code, or null when the link was not asked for with PKCE or did not lead to a session. */
export async function redirectWithCode(
  { database, tokens, outbox }: PkceParts,
  link: URL,
  response: Response,
): Promise<Response | null> {
  const mail = outbox.list().find(({ tokenHash }) => tokenHash === link.searchParams.get("token"));
  const location = response.headers.get("location");
  if (!mail?.challenge || !location) return null;
  const target = new URL(location);
  const claims = tokens.read(new URLSearchParams(target.hash.slice(1)).get("access_token") ?? "");
  target.hash = "";
  if (!claims) return null;
  target.searchParams.set("code", await storeCode(database, claims, mail.challenge));
  return new Response(null, { status: 303, headers: { location: target.href } });
}

/** Keeps the code for its exchange, and drops the session that lite has opened already. */
function storeCode(
  database: Database,
  claims: Claims,
  challenge: { readonly value: string; readonly method: string },
): Promise<string> {
  const code = randomUUID();
  return database.transaction(async (tx) => {
    await tx.query("delete from auth.sessions where id = $1", [claims.session_id]);
    await tx.query(
      `insert into auth.flow_state (id, user_id, auth_code, authentication_method, code_challenge_method,
         code_challenge, provider_type, auth_code_issued_at)
       values ($1, $2, $3, 'otp', $4, $5, 'email', now())`,
      [randomUUID(), claims.sub, code, challenge.method, challenge.value],
    );
    return code;
  });
}
