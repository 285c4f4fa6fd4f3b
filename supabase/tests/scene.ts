/** A workspace with one person of each kind, and how they ask. Built once a file, because each sign-up hashes. */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { anonymous, newPerson, type Person, type Project, service } from "./stand-in.ts";

export const ROLES = ["owner", "admin", "editor", "commenter", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export interface Scene {
  readonly project: Project;
  readonly workspaceId: string;
  readonly people: Readonly<Record<Role, Person>>;
  /** An editor whom the tests remove. */
  readonly exMember: Person;
  /** Owns another workspace. */
  readonly stranger: Person;
  readonly anonymous: SupabaseClient;
  readonly service: SupabaseClient;
}

/** What a call gave: its value, or `status code` as in "404 not_found". */
export interface Answer<Value> {
  readonly value: Value;
  readonly refusal: string | null;
}

export async function call<Value = unknown>(
  client: SupabaseClient,
  name: string,
  values: Record<string, unknown> = {},
): Promise<Answer<Value>> {
  const { data, error, status } = await client.rpc(name, values);
  const refusal = error ? `${status} ${error.code.startsWith("PT") ? error.message : error.code}` : null;
  return { value: data as Value, refusal };
}

/** The value of a call that must succeed. */
export async function must<Value = unknown>(
  client: SupabaseClient,
  name: string,
  values: Record<string, unknown> = {},
): Promise<Value> {
  const { value, refusal } = await call<Value>(client, name, values);
  if (refusal !== null) throw new Error(`${name} was refused: ${refusal}`);
  return value;
}

export async function homeOf(person: Person): Promise<string> {
  return (await must<{ workspaceId: string }>(person.client, "ensure_account")).workspaceId;
}

export async function join(
  inviter: Person,
  workspaceId: string,
  person: Person,
  role: string,
): Promise<void> {
  const values = { p_workspace_id: workspaceId, p_role: role };
  const { token } = await must<{ token: string }>(inviter.client, "create_invitation", values);
  await must(person.client, "accept_invitation", { p_token: token });
}

export async function buildScene(project: Project): Promise<Scene> {
  const [owner, admin, editor, commenter, viewer, exMember, stranger] = (await Promise.all(
    ["Olga", "Adam", "Edda", "Cora", "Vera", "Emil", "Stan"].map((name) => newPerson(project, name)),
  )) as [Person, Person, Person, Person, Person, Person, Person];
  const workspaceId = await homeOf(owner);
  await join(owner, workspaceId, admin, "admin");
  await join(owner, workspaceId, editor, "editor");
  await join(owner, workspaceId, commenter, "commenter");
  await join(owner, workspaceId, viewer, "viewer");
  await join(owner, workspaceId, exMember, "editor");
  const people = { owner, admin, editor, commenter, viewer };
  return {
    project,
    workspaceId,
    people,
    exMember,
    stranger,
    anonymous: anonymous(project),
    service: service(project),
  };
}

export interface DocumentJson {
  readonly id: string;
  readonly workspaceId: string;
  readonly parentPath: string;
  readonly sortOrder: string;
  readonly title: string;
  readonly trashedAt: string | null;
  readonly trashedRoot: string | null;
}

export function createDocument(
  person: Person,
  workspaceId: string,
  more: { parentId?: string; afterId?: string; id?: string; title?: string } = {},
): Promise<DocumentJson> {
  return must(person.client, "create_document", {
    p_workspace_id: workspaceId,
    p_parent_id: more.parentId ?? null,
    p_title: more.title ?? "",
    p_id: more.id ?? null,
    p_after_id: more.afterId ?? null,
  });
}

/** A session of that person on a document. */
export interface Session {
  readonly documentId: string;
  readonly sessionId: string;
  readonly yjsClientId: number;
}

let clients = 1_000;

export async function openSession(person: Person, documentId: string): Promise<Session> {
  clients += 1;
  const session = { documentId, sessionId: randomUUID(), yjsClientId: clients };
  await must(person.client, "open_document", {
    p_document_id: documentId,
    p_session_id: session.sessionId,
    p_yjs_client_id: session.yjsClientId,
  });
  return session;
}

export const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64");

export interface Appended {
  readonly headSeq: number;
  readonly epoch: number;
  readonly accepted: readonly { clientSeq: number; seq: number }[];
}

export function append(
  client: SupabaseClient,
  session: Session,
  updates: readonly { clientSeq: number; data: string }[],
): Promise<Answer<Appended>> {
  return call(client, "append_updates", {
    p_document_id: session.documentId,
    p_session_id: session.sessionId,
    p_updates: updates,
  });
}
