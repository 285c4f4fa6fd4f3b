/** The scene of the access tests over HTTP: the people of scene.ts, and a document with a row in every table. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import type { SupabaseClient } from "@supabase/supabase-js";
import { ACTORS, type Actor } from "./permissions.ts";
import {
  append,
  base64,
  buildScene,
  createDocument,
  type DocumentJson,
  must,
  openSession,
  type Scene,
  type Session,
} from "./scene.ts";
import { type Person, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";

export interface AccessScene {
  readonly scene: Scene;
  readonly document: DocumentJson;
  /** The editor's, on the document. */
  readonly session: Session;
  readonly clientOf: (actor: Actor) => SupabaseClient;
  readonly personOf: (actor: Exclude<Actor, "anonymous">) => Person;
  readonly stop: () => Promise<void>;
}

/** What process-block would do; where no function runs. */
async function projectByHand(service: SupabaseClient, documentId: string): Promise<void> {
  interface Claimed {
    readonly jobs: readonly { documentId: string; lease: string }[];
  }
  let jobs: Claimed["jobs"] = [];
  await until(async () => {
    const values = { p_limit: 1, p_document_id: documentId };
    jobs = (await must<Claimed>(service, "claim_projection_jobs", values)).jobs;
    return jobs.length > 0;
  }, "the job to be due");
  const held = { p_document_id: documentId, p_lease: jobs[0]?.lease, p_upto_seq: 1 };
  const state = Buffer.from("state");
  const sha256 = createHash("sha256").update(state).digest("hex");
  await must(service, "write_snapshot", { ...held, p_state: base64(state), p_sha256: sha256 });
  const place = { id: randomUUID(), parentPath: "", sortOrder: "a0" };
  const mention = { kind: "document", id: randomUUID() };
  const content = { text: [{ text: "\ufffc", marks: { embed: { mention } } }] };
  await must(service, "write_projection", {
    ...held,
    p_title: "Title",
    p_upserts: [{ ...place, type: "paragraph", content, plainText: "", hash: "00".repeat(32) }],
    p_deletes: [],
    p_quarantine: [{ seq: 1, reason: "undecodable" }],
  });
}

/** With `removed`, the one who was an editor is gone already. */
export async function buildAccessScene({ removed }: { removed: boolean }): Promise<AccessScene> {
  const folder = await mkdtemp(joinPath(tmpdir(), "no-functions-"));
  const project = await startProject({ args: ["--functions", folder] });
  const scene = await buildScene(project);
  const { owner, editor } = scene.people;
  const document = await createDocument(owner, scene.workspaceId);
  const session = await openSession(editor, document.id);
  await append(editor.client, session, [{ clientSeq: 1, data: base64("update") }]);
  await projectByHand(scene.service, document.id);
  await must(owner.client, "create_invitation", { p_workspace_id: scene.workspaceId, p_role: "viewer" });
  const gone = { p_workspace_id: scene.workspaceId, p_user_id: scene.exMember.id };
  if (removed) await must(owner.client, "remove_member", gone);

  const personOf = (actor: Exclude<Actor, "anonymous">) =>
    actor === "exMember" || actor === "stranger" ? scene[actor] : scene.people[actor];
  const clientOf = (actor: Actor) => (actor === "anonymous" ? scene.anonymous : personOf(actor).client);
  const stop = async () => {
    for (const actor of ACTORS) void clientOf(actor).realtime.disconnect();
    await project.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { scene, document, session, clientOf, personOf, stop };
}
