/**
 * Where the benchmark stands: a workspace that it only reads, seen by a person who is made for it as a viewer, and a
 * scratch document in that person's own workspace. `close` takes person, membership and workspace away again; so does an
 * interruption.
 */
import { randomUUID } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { ask } from "../benchmark-live-people.ts";
import type { ProjectConfig } from "../project.ts";

export type Scene = {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly documents: number;
  /** Null: the workspace has no block yet. */
  readonly largest: string | null;
  readonly largestBlocks: number;
  /** With the server's key. */
  readonly service: SupabaseClient;
  /** The benchmark's person: reads the workspace, owns the scratch document. */
  readonly person: SupabaseClient;
  /** Another client of the same person, as a second window. */
  newWindow(): Promise<SupabaseClient>;
  readonly scratchId: string;
  close(): Promise<void>;
};

const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };

export const serviceOf = ({ url, secretKey }: ProjectConfig): SupabaseClient =>
  createClient(url, secretKey, quiet);

/** A confirmed account with a workspace of its own. */
export async function createPerson(project: ProjectConfig, name: string) {
  const account = {
    email: `benchmark-${randomUUID()}@benchmark.invalid`,
    password: `long enough ${randomUUID()}`,
  };
  const service = serviceOf(project);
  const made = await service.auth.admin.createUser({
    ...account,
    email_confirm: true,
    user_metadata: { name },
  });
  if (made.error) throw new Error(`The benchmark's person could not be made: ${made.error.message}.`);
  const signIn = async () => {
    const client = createClient(project.url, project.publishableKey, quiet);
    const { error } = await client.auth.signInWithPassword(account);
    if (error) throw new Error(`The benchmark's person could not sign in: ${error.message}.`);
    return client;
  };
  const client = await signIn();
  const { workspaceId } = await ask<{ workspaceId: string }>(client, "ensure_account");
  return { id: made.data.user.id, client, workspaceId, signIn };
}

/** Throws a sentence when the workspace is not there. */
export async function openScene(project: ProjectConfig, workspaceId: string): Promise<Scene> {
  const service = serviceOf(project);
  const found = await service.from("workspaces").select("name").eq("id", workspaceId).maybeSingle();
  if (found.error) throw new Error(`${project.url} could not be asked: ${found.error.message}.`);
  if (found.data === null) throw new Error(`There is no workspace ${workspaceId} on ${project.url}.`);
  const person = await createPerson(project, "Benchmark");
  const windows = [person.client];
  const close = once(async () => {
    for (const window of windows) await window.realtime.disconnect();
    await service.from("workspaces").delete().eq("id", person.workspaceId);
    await service.from("workspace_members").delete().eq("user_id", person.id);
    const { error } = await service.auth.admin.deleteUser(person.id);
    if (error)
      process.stderr.write(`The benchmark's person ${person.id} could not be removed: ${error.message}.\n`);
  });
  endInOrder(close);
  try {
    const joined = await service
      .from("workspace_members")
      .insert({ workspace_id: workspaceId, user_id: person.id, role: "viewer" });
    if (joined.error) throw new Error(`The benchmark's person could not be let in: ${joined.error.message}.`);
    const documents = await service
      .from("documents")
      .select("id", { count: "exact", head: true })
      .eq("workspace_id", workspaceId);
    const { document } = await ask<{ document: { id: string; blocks: number } | null }>(
      service,
      "explain_queries",
      {
        p_workspace_id: workspaceId,
        p_times: 1,
      },
    );
    const scratch = await ask<{ id: string }>(person.client, "create_document", {
      p_workspace_id: person.workspaceId,
    });
    const newWindow = async () => {
      const window = await person.signIn();
      windows.push(window);
      return window;
    };
    const at = { workspaceId, workspaceName: found.data.name as string, documents: documents.count ?? 0 };
    const largest = { largest: document?.id ?? null, largestBlocks: document?.blocks ?? 0 };
    return { ...at, ...largest, service, person: person.client, newWindow, scratchId: scratch.id, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}

/** Whoever interrupts waits for the removal. */
function endInOrder(close: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
}
