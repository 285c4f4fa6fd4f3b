/** What a person's browser asks over the network: the tree, a document, searches, saving. */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as Y from "yjs";
import { createIdentity } from "../../lib/collab/document-session.ts";
import { setTitle } from "../../lib/collab/rename-document.ts";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import { OURS } from "../../lib/ops/thresholds.ts";
import { type Entry, entry } from "./entries.ts";
import type { Scene } from "./scene.ts";

const WARM_UP = 5;

/**
 * Times of the calls that were answered, one after the other; the first few are not counted. Work that has more to do
 * than is measured gives its time itself, as a number.
 */
export async function sample(samples: number, work: (at: number) => Promise<unknown>) {
  const times: number[] = [];
  let failures = 0;
  let last = "";
  for (let at = -WARM_UP; at < samples; at += 1) {
    const from = performance.now();
    try {
      const own = await work(at);
      if (at >= 0) times.push(typeof own === "number" ? own : performance.now() - from);
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      if (at >= 0) failures += 1;
    }
  }
  if (failures > 0) process.stderr.write(`${failures} of ${samples} calls failed: ${last}\n`);
  return { times, failures };
}

async function answered(
  call: PromiseLike<{ error: { message: string } | null; data: unknown }>,
): Promise<unknown> {
  const { error, data } = await call;
  if (error) throw new Error(error.message);
  return data;
}

/** The whole of a document, as many answers as it takes. */
async function openWhole(client: SupabaseClient, documentId: string): Promise<void> {
  let after = 0;
  for (let more = true; more; ) {
    const answer = (await answered(
      client.rpc("pull_updates", { p_document_id: documentId, p_after: after }),
    )) as {
      more: boolean;
      snapshot: { uptoSeq: number } | null;
      updates: readonly { seq: number }[];
    };
    after = answer.updates.at(-1)?.seq ?? answer.snapshot?.uptoSeq ?? after;
    more = answer.more;
  }
}

/** Words that are in the workspace, to search for. */
async function wordsOf({ person, largest }: Scene): Promise<string[]> {
  const rows = await person
    .from("blocks")
    .select("plain_text")
    .eq("document_id", largest ?? "")
    .limit(50);
  const words = (rows.data ?? []).flatMap(({ plain_text }) => String(plain_text).match(/\p{L}{4,}/gu) ?? []);
  return words.length > 0 ? words : ["welcome"];
}

export async function measureCalls(scene: Scene, samples: number): Promise<Entry[]> {
  const { person, workspaceId, largest } = scene;
  const entries: Entry[] = [];
  const add = async (name: string, work: (at: number) => Promise<unknown>, ours: number = OURS.apiMs) => {
    const { times, failures } = await sample(samples, work);
    entries.push(entry(name, "call", times, { failures, ours }));
  };
  await add("tree", () =>
    answered(
      person
        .from("documents")
        .select("id,parent_path,sort_order,title,updated_at")
        .eq("workspace_id", workspaceId)
        .is("trashed_at", null)
        .order("sort_order")
        .order("id")
        .range(0, 999),
    ),
  );
  if (largest === null)
    entries.push(entry("open a document", "call", [], { absent: "the workspace has no blocks" }));
  else {
    // Of a long document most is the way of its bytes: ours is the database's share of it (queries.ts).
    const { times, failures } = await sample(samples, () => openWhole(person, largest));
    entries.push(entry(`open ${scene.largestBlocks} blocks`, "call", times, { failures, ours: null }));
    await add("first blocks of its page", () =>
      answered(person.rpc("first_blocks", { p_document_id: largest })),
    );
  }
  const words = await wordsOf(scene);
  const queryOf = (at: number) =>
    [0, 1].map((more) => words[(at * 7 + more * 13 + 35) % words.length]).join(" ");
  const asked = (at: number) => ({ p_workspace_id: workspaceId, p_query: queryOf(at) });
  await add("search titles", (at) => answered(person.rpc("search_documents", asked(at))));
  const search = await sample(samples, (at) => answered(person.rpc("search_blocks", asked(at))));
  // Ranking reads every block that matches: the runbook's figure is the measure.
  entries.push(entry("search blocks", "call", search.times, { failures: search.failures, ours: null }));
  const save = await openScratch(scene);
  await add("save, acknowledged", save, OURS.saveMs);
  return entries;
}

/** One key more in the scratch document, appended to its log. */
export async function openScratch({ person, scratchId }: Scene): Promise<() => Promise<unknown>> {
  const { log } = createSupabaseTransport(person);
  const session = createIdentity();
  await log.open(scratchId, session, 0);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const made: Uint8Array[] = [];
  doc.on("update", (data: Uint8Array) => made.push(data));
  let clientSeq = 0;
  let length = 0;
  return () => {
    length = (length % 60) + 1;
    setTitle(doc, "x".repeat(length));
    const updates = made.splice(0).map((data) => ({ clientSeq: ++clientSeq, data }));
    return log.append(scratchId, session.sessionId, updates);
  };
}
