/**
 * The logs that a replay can be written to: one in memory, or a real document of a stand-in of its own, reached as
 * the product reaches it. Both are asked through the same transport.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { FakeServer } from "../lib/collab/fake-network.ts";
import { createSupabaseTransport } from "../lib/collab/supabase-transport.ts";
import type { LogTransport } from "../lib/collab/transport.ts";
import { type CpuSeconds, cpuOf } from "./benchmark-live-cpu.ts";
import { startStandIn } from "./stand-in.ts";

export interface ReplayLog {
  readonly name: string;
  readonly documentId: string;
  readonly transport: LogTransport;
  /** Rows of `blocks` by id: their plain text. Null when this log makes none. */
  readProjection(): Promise<Map<string, string> | null>;
  cpu(): CpuSeconds | null;
  stop(): Promise<void>;
}

const ME = "me";

export function createMemoryLog(): ReplayLog {
  const server = new FakeServer();
  server.roles.set(ME, "owner");
  server.pageRows = 5_000;
  const transport: LogTransport = {
    open: async (_, session, after) => server.open(ME, session, after),
    pull: async (_, after) => server.pull(ME, after),
    append: async (_, sessionId, updates) => server.append(ME, sessionId, updates),
    listPeople: async () => server.people(),
  };
  return {
    name: "a log in memory",
    documentId: server.documentId,
    transport,
    readProjection: async () => null,
    cpu: () => null,
    stop: async () => undefined,
  };
}

export async function createStandInLog(): Promise<ReplayLog> {
  const folder = await mkdtemp(join(tmpdir(), "replay-"));
  const standIn = await startStandIn({ dataFolder: folder });
  const stop = async () => {
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const auth = { persistSession: false, autoRefreshToken: true, detectSessionInUrl: false };
    const client = createClient(standIn.url, standIn.publishableKey, { auth });
    const documentId = await createOwnDocument(client);
    return {
      name: "the stand-in",
      documentId,
      transport: createSupabaseTransport(client).log,
      readProjection: () => readProjection(client, documentId),
      cpu: () => cpuOf(standIn.process.pid),
      stop: async () => {
        await client.auth.stopAutoRefresh();
        await client.realtime.disconnect();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createOwnDocument(client: SupabaseClient): Promise<string> {
  const email = `replay-${randomUUID()}@example.com`;
  const { error } = await client.auth.signUp({ email, password: `long enough ${randomUUID()}` });
  if (error) throw error;
  const { workspaceId } = await ask<{ workspaceId: string }>(client, "ensure_account", {});
  const { id } = await ask<{ id: string }>(client, "create_document", { p_workspace_id: workspaceId });
  return id;
}

async function ask<Value>(client: SupabaseClient, name: string, values: object): Promise<Value> {
  const { data, error } = await client.rpc(name, values);
  if (error) throw new Error(`${name} was refused: ${error.message}`);
  return data as Value;
}

/** An answer holds at most a thousand rows. */
const PAGE = 1_000;

async function readProjection(client: SupabaseClient, documentId: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (;;) {
    const { data, error } = await client
      .from("blocks")
      .select("id,plain_text")
      .eq("document_id", documentId)
      .order("id")
      .range(texts.size, texts.size + PAGE - 1);
    if (error) throw new Error(error.message);
    for (const { id, plain_text } of data) texts.set(id, plain_text);
    if (data.length < PAGE) return texts;
  }
}
