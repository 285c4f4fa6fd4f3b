/**
 * Links that were asked for with PKCE (as @supabase/ssr asks): opening one leads back with `?code=…`, which only
 * the browser that asked can turn into a session, within 5 minutes.
 */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { bad, invalid, missing, unprocessable } from "./auth-errors.ts";
import type { Method } from "./auth-sessions.ts";
import type { Json } from "./auth-users.ts";
import type { Session } from "./database.ts";

const CODE_SECONDS = 300;
const CHALLENGE = /^[a-zA-Z._~0-9-]+$/;

export interface Challenge {
  readonly value: string;
  readonly method: "s256" | "plain";
}

/** What a browser will prove, or null when it does not ask so. Throws in GoTrue's words when half is missing. */
export function challengeOf(body: Json): Challenge | null {
  const value = String(body.code_challenge ?? "");
  const method = String(body.code_challenge_method ?? "").toLowerCase();
  if (value === "" && method === "") return null;
  if (value === "" || method === "") {
    throw invalid("PKCE flow requires code_challenge_method and code_challenge");
  }
  if (value.length < 43 || value.length > 128) {
    throw invalid("code challenge has to be between 43 and 128 characters");
  }
  if (!CHALLENGE.test(value)) {
    throw invalid(
      "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes",
    );
  }
  if (method !== "s256" && method !== "plain") throw invalid(`unsupported code_challenge method "${method}"`);
  return { value, method };
}

export async function keepChallenge(
  tx: Session,
  userId: string,
  method: Method,
  challenge: Challenge | null,
) {
  if (!challenge) return;
  await tx.query(
    `insert into auth.flow_state (id, user_id, auth_code, authentication_method, code_challenge_method,
       code_challenge, provider_type)
     values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text, 'email')`,
    [randomUUID(), userId, randomUUID(), method, challenge.method, challenge.value],
  );
}

/** The code for the browser whose challenge came last. */
export async function issueCode(tx: Session, userId: string, method: Method): Promise<string> {
  const { rows } = await tx.query<{ auth_code: string }>(
    `update auth.flow_state set auth_code_issued_at = now() where id = (
       select id from auth.flow_state where user_id = $1::uuid and authentication_method = $2::text
       order by created_at desc limit 1) returning auth_code`,
    [userId, method],
  );
  if (!rows[0]) {
    throw bad("flow_state_not_found", "No associated flow state found. No valid flow state found for user.");
  }
  return rows[0].auth_code;
}

interface Flow {
  readonly user_id: string | null;
  readonly method: Method;
  readonly challenge: string;
  readonly challenge_method: string;
  readonly seconds: number;
}

/** Takes a code, once. Resolves to whom it signs in, and how. */
export async function takeCode(
  tx: Session,
  code: string,
  verifier: string,
): Promise<{ userId: string; method: Method }> {
  if (code === "" || verifier === "") {
    throw invalid("invalid request: both auth code and code verifier should be non-empty");
  }
  const { rows } = await tx.query<Flow>(
    `select user_id, authentication_method as method, code_challenge as challenge,
       code_challenge_method as challenge_method,
       extract(epoch from clock_timestamp() - coalesce(auth_code_issued_at, created_at))::float8 as seconds
     from auth.flow_state where auth_code = $1::text for update`,
    [code],
  );
  const flow = rows[0];
  if (!flow?.user_id) throw missing("flow_state_not_found", "invalid flow state, no valid flow state found");
  if (flow.seconds > CODE_SECONDS) {
    throw unprocessable("flow_state_expired", "invalid flow state, flow state has expired");
  }
  if (!proves(flow, verifier)) {
    throw bad("bad_code_verifier", "code challenge does not match previously saved code verifier");
  }
  await tx.query("delete from auth.flow_state where auth_code = $1::text", [code]);
  return { userId: flow.user_id, method: flow.method };
}

function proves({ challenge, challenge_method }: Flow, verifier: string): boolean {
  const said =
    challenge_method === "s256" ? createHash("sha256").update(verifier).digest("base64url") : verifier;
  return said.length === challenge.length && timingSafeEqual(Buffer.from(said), Buffer.from(challenge));
}
