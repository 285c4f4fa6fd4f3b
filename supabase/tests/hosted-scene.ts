/**
 * The scene of the access tests, made with SQL alone: people sign up as the auth service does it, everything else
 * goes through our functions as the people themselves. That it can be built is half of the proof that the
 * migrations work for an owner who is no superuser.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Sql } from "./hosted.ts";
import type { Actor, SignedIn } from "./permissions.ts";
import { ROLES } from "./scene.ts";

export interface SqlScene {
  readonly ids: Readonly<Record<SignedIn, string>>;
  readonly workspaceId: string;
  /** With a row in every table that belongs to it. */
  readonly documentId: string;
  readonly epoch: number;
}

/** A literal: text quoted, objects as jsonb. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return `${literal(JSON.stringify(value))}::jsonb`;
}

/** Settings of the transaction that make the session this person: what PostgREST sets. `null` is nobody. */
export function becoming(id: string | null, topic = ""): string {
  const role = id === null ? "anon" : "authenticated";
  const claims = JSON.stringify(id === null ? { role } : { role, sub: id });
  return `select set_config('request.jwt.claims', ${literal(claims)}, true),
    set_config('realtime.topic', ${literal(topic)}, true), set_config('role', '${role}', true);`;
}

export const idOf = (scene: Pick<SqlScene, "ids">, actor: Actor): string | null =>
  actor === "anonymous" ? null : scene.ids[actor];

/** Calls a function of the API in a transaction of its own, as that person or as the server (`service_role`). */
export async function callAs<Value>(
  sql: Sql,
  id: string | null | "service_role",
  name: string,
  values: Record<string, unknown> = {},
): Promise<Value> {
  const named = Object.entries(values).map(([key, value]) => `${key} => ${literal(value)}`);
  await sql.exec(
    id === "service_role"
      ? `begin; select set_config('request.jwt.claims', '{"role": "service_role"}', true); set local role service_role`
      : `begin; ${becoming(id)}`,
  );
  try {
    const [row] = await sql.query<{ value: Value }>(`select public.${name}(${named.join(", ")}) as value`);
    await sql.exec("commit");
    return row?.value as Value;
  } catch (error) {
    await sql.exec("rollback");
    throw error;
  }
}

/** An account as the auth service makes it, which owns auth.users and has no rights on our tables. */
export async function signUp(sql: Sql, name: string): Promise<string> {
  const id = randomUUID();
  const email = `${name.toLowerCase()}-${id}@example.com`;
  await sql.exec(`set role supabase_auth_admin;
    insert into auth.users (id, email, raw_user_meta_data) values ('${id}', '${email}', ${literal({ name })});
    reset role`);
  return id;
}

/** Lets that person in, with a role. */
async function letIn(
  sql: Sql,
  owner: string,
  workspaceId: string,
  person: string,
  role: string,
): Promise<void> {
  const values = { p_workspace_id: workspaceId, p_role: role };
  const { token } = await callAs<{ token: string }>(sql, owner, "create_invitation", values);
  await callAs(sql, person, "accept_invitation", { p_token: token });
}

/** What process-block would do with the first update. */
async function projectByHand(sql: Sql, documentId: string): Promise<void> {
  await sql.exec("update private.projection_jobs set due_at = clock_timestamp()");
  type Claimed = { jobs: { lease: string }[] };
  const { jobs } = await callAs<Claimed>(sql, "service_role", "claim_projection_jobs", { p_limit: 1 });
  const held = { p_document_id: documentId, p_lease: jobs[0]?.lease, p_upto_seq: 1 };
  const state = Buffer.from("state");
  const digest = createHash("sha256").update(state).digest("hex");
  const snapshot = { ...held, p_state: state.toString("base64"), p_sha256: digest };
  await callAs(sql, "service_role", "write_snapshot", snapshot);
  const place = { id: randomUUID(), parentPath: "", sortOrder: "a0" };
  const mention = { kind: "document", id: randomUUID() };
  const content = { text: [{ text: "\ufffc", marks: { embed: { mention } } }] };
  const row = { ...place, type: "paragraph", content, plainText: "", hash: "00".repeat(32) };
  await callAs(sql, "service_role", "write_projection", {
    ...held,
    p_title: "Title",
    p_upserts: [row],
    p_deletes: "{}",
    p_quarantine: [{ seq: 1, reason: "undecodable" }],
  });
}

async function writeDocument(sql: Sql, ids: SqlScene["ids"], workspaceId: string): Promise<string> {
  const made = await callAs<{ id: string }>(sql, ids.owner, "create_document", {
    p_workspace_id: workspaceId,
  });
  const session = { p_document_id: made.id, p_session_id: randomUUID() };
  await callAs(sql, ids.editor, "open_document", { ...session, p_yjs_client_id: 1 });
  const updates = [{ clientSeq: 1, data: Buffer.from("update").toString("base64") }];
  await callAs(sql, ids.editor, "append_updates", { ...session, p_updates: updates });
  await projectByHand(sql, made.id);
  return made.id;
}

export async function buildSqlScene(sql: Sql): Promise<SqlScene> {
  const names = [...ROLES, "exMember", "stranger"] as const;
  const made: [SignedIn, string][] = [];
  for (const name of names) made.push([name, await signUp(sql, name)]);
  const ids = Object.fromEntries(made) as Record<SignedIn, string>;
  const { workspaceId } = await callAs<{ workspaceId: string }>(sql, ids.owner, "ensure_account");
  for (const role of ["admin", "editor", "commenter", "viewer"] as const) {
    await letIn(sql, ids.owner, workspaceId, ids[role], role);
  }
  await letIn(sql, ids.owner, workspaceId, ids.exMember, "editor");
  const documentId = await writeDocument(sql, ids, workspaceId);
  const gone = { p_workspace_id: workspaceId, p_user_id: ids.exMember };
  await callAs(sql, ids.owner, "remove_member", gone);
  await callAs(sql, ids.owner, "create_invitation", { p_workspace_id: workspaceId, p_role: "viewer" });
  const [workspace] = await sql.query<{ epoch: number }>(
    `select access_epoch::int as epoch from public.workspaces where id = '${workspaceId}'`,
  );
  return { ids, workspaceId, documentId, epoch: workspace?.epoch ?? 0 };
}
