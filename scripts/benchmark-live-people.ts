/** People of one workspace, each signed up, signed in and with a client of their own, as in browsers. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { systemClock } from "../lib/collab/clock.ts";
import { DocumentSession } from "../lib/collab/document-session.ts";
import { createMemoryOutbox } from "../lib/collab/outbox.ts";
import { createMemoryLocks } from "../lib/collab/session-locks.ts";
import { createSupabaseTransport } from "../lib/collab/supabase-transport.ts";
import type { LogTransport } from "../lib/collab/transport.ts";
import { WorkspaceChannels } from "../lib/collab/workspace-channel.ts";
import type { StandIn } from "./stand-in.ts";

export type Person = { readonly id: string; readonly client: SupabaseClient };
export type Team = { readonly people: readonly Person[]; readonly workspaceId: string };

const READY_MS = 20_000;

export async function gatherTeam(standIn: StandIn, size: number): Promise<Team> {
  const people: Person[] = [];
  // One after the other: each sign-up hashes a password.
  for (let i = 0; i < size; i++) people.push(await signUp(standIn, `Person ${i + 1}`));
  const [owner, ...others] = people;
  if (!owner) throw new Error("A team has at least one person.");
  const { workspaceId } = await ask<{ workspaceId: string }>(owner.client, "ensure_account");
  for (const { client } of others) {
    const invitation = { p_workspace_id: workspaceId, p_role: "editor" };
    const { token } = await ask<{ token: string }>(owner.client, "create_invitation", invitation);
    await ask(client, "accept_invitation", { p_token: token });
  }
  return { people, workspaceId };
}

async function signUp({ url, publishableKey }: StandIn, name: string): Promise<Person> {
  const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false };
  const client = createClient(url, publishableKey, { auth });
  const account = { email: `${randomUUID()}@example.com`, password: `long enough ${randomUUID()}` };
  const { data, error } = await client.auth.signUp({ ...account, options: { data: { name } } });
  if (error || !data.user) throw new Error(`Sign-up failed: ${error?.message ?? "no user"}.`);
  return { id: data.user.id, client };
}

export async function ask<Value>(
  client: SupabaseClient,
  name: string,
  values: Record<string, unknown> = {},
): Promise<Value> {
  const { data, error } = await client.rpc(name, values);
  if (error) throw new Error(`${name} was refused: ${error.message}`);
  return data as Value;
}

export async function createDocument({ people, workspaceId }: Team): Promise<string> {
  const [owner] = people;
  if (!owner) throw new Error("A team has at least one person.");
  const { id } = await ask<{ id: string }>(owner.client, "create_document", { p_workspace_id: workspaceId });
  return id;
}

/** A page of that person on a document; `watch` sees the log calls. */
export function openPage(
  { id: userId, client }: Person,
  documentId: string,
  watch: (log: LogTransport) => LogTransport = (log) => log,
): DocumentSession {
  const { log, realtime } = createSupabaseTransport(client);
  return new DocumentSession({
    documentId,
    userId,
    log: watch(log),
    outbox: Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
    live: { realtime, workspaces: new WorkspaceChannels(realtime, systemClock, Math.random) },
  });
}

/** Resolves when every page is live and shows everybody. */
export async function untilTogether(pages: readonly DocumentSession[]): Promise<void> {
  const isTogether = (page: DocumentSession) =>
    page.status.getSnapshot().connection === "live" && page.people.getSnapshot().length >= pages.length;
  await waitUntil(() => pages.every(isTogether), `${pages.length} pages are live and see each other`);
}

export async function waitUntil(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${READY_MS / 1_000} s in vain until ${what}.`);
    await sleep(20);
  }
}

export async function disconnect({ people }: Team): Promise<void> {
  await Promise.all(people.map(({ client }) => client.realtime.disconnect()));
}
