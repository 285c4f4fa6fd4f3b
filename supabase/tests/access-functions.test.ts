/** Each function for each kind of person, as permissions.ts says. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessScene, buildAccessScene } from "./access-scene.ts";
import { ACTORS, type Actor, FUNCTIONS, type FunctionName, SERVER_FUNCTIONS } from "./permissions.ts";
import { base64, call, createDocument, homeOf, join, must, openSession, ROLES } from "./scene.ts";

type Values = Record<string, unknown>;

let at: AccessScene;
let strangersHome: string;
beforeAll(async () => {
  at = await buildAccessScene({ removed: true });
  strangersHome = await homeOf(at.scene.stranger);
});
afterAll(() => at?.stop());

const isMember = (actor: Actor) => (ROLES as readonly Actor[]).includes(actor);
const owner = () => at.scene.people.owner;
const inDocument = () => ({ p_document_id: at.document.id });
const inWorkspace = () => ({ p_workspace_id: at.scene.workspaceId });
const invitation = () => ({ ...inWorkspace(), p_role: "viewer" });

async function inNewDocument(): Promise<Values> {
  const { id } = await createDocument(owner(), at.scene.workspaceId);
  return { p_document_id: id };
}

async function inTrash(): Promise<Values> {
  const values = await inNewDocument();
  await must(owner().client, "trash_document", values);
  return values;
}

/** The asker's own session where there can be one, or else the editor's. */
async function anAppend(actor: Actor): Promise<Values> {
  const opened =
    isMember(actor) && actor !== "anonymous"
      ? await openSession(at.personOf(actor), at.document.id)
      : at.session;
  const updates = [{ clientSeq: 9, data: base64("x") }];
  return { ...inDocument(), p_session_id: opened.sessionId, p_updates: updates };
}

async function someoneToRemove(): Promise<Values> {
  await join(owner(), at.scene.workspaceId, at.scene.stranger, "viewer");
  return { ...inWorkspace(), p_user_id: at.scene.stranger.id };
}

/** Arguments that are in order, so that only the right to call decides. */
const ARGUMENTS: Record<FunctionName, (actor: Actor) => Values | Promise<Values>> = {
  accept_invitation: async () => {
    const values = { p_workspace_id: strangersHome, p_role: "viewer" };
    const { token } = await must<{ token: string }>(at.scene.stranger.client, "create_invitation", values);
    return { p_token: token };
  },
  active_model: () => ({}),
  append_updates: anAppend,
  backlinks: inDocument,
  claim_workspace_seed: inWorkspace,
  create_document: inWorkspace,
  create_invitation: invitation,
  delete_document_forever: inTrash,
  describe_invitation: () => ({ p_token: "nonsense" }),
  ensure_account: () => ({}),
  finish_workspace_seed: inWorkspace,
  first_blocks: inDocument,
  last_edit: inDocument,
  list_document_people: inDocument,
  list_refused_updates: inDocument,
  move_document: async () => ({ ...(await inNewDocument()), p_parent_id: at.document.id }),
  my_data: () => ({}),
  open_document: () => ({
    ...inDocument(),
    p_session_id: randomUUID(),
    p_yjs_client_id: Math.floor(Math.random() * 2 ** 31) + 1,
  }),
  preview_account_deletion: () => ({}),
  pull_updates: inDocument,
  raise_schema_version: () => ({ ...inDocument(), p_version: 1 }),
  related_blocks: () => ({ ...inDocument(), p_block_id: randomUUID() }),
  // The stranger is let in to be removed, so that one asks about somebody who is no member.
  remove_member: (actor) =>
    actor === "stranger" ? { ...inWorkspace(), p_user_id: owner().id } : someoneToRemove(),
  restore_document: inTrash,
  revoke_invitation: async () => {
    const { id } = await must<{ id: string }>(owner().client, "create_invitation", invitation());
    return { p_id: id };
  },
  search_blocks: () => ({ ...inWorkspace(), p_query: "words" }),
  search_documents: () => ({ ...inWorkspace(), p_query: "words" }),
  search_status: inWorkspace,
  set_member_role: () => ({ ...inWorkspace(), p_user_id: at.scene.people.viewer.id, p_role: "viewer" }),
  trash_document: inNewDocument,
  workspace_home: inWorkspace,
};

const names = Object.keys(FUNCTIONS) as FunctionName[];

describe("functions for people", () => {
  it.each(names.flatMap((name) => ACTORS.map((actor) => ({ name, actor }))))(
    "$name by the $actor",
    async ({ name, actor }) => {
      const allowed: readonly Actor[] = FUNCTIONS[name];
      const { refusal } = await call(at.clientOf(actor), name, await ARGUMENTS[name](actor));
      if (allowed.includes(actor)) expect(refusal).toBe(null);
      else if (actor === "anonymous") expect(refusal).toBe("401 42501");
      else expect(refusal).toBe(isMember(actor) ? "403 forbidden" : "404 not_found");
      const { stranger } = at.scene;
      if (name === "remove_member" && refusal !== null && actor !== "stranger") {
        await must(owner().client, "remove_member", { ...inWorkspace(), p_user_id: stranger.id });
      }
    },
  );
});

describe("functions of the server", () => {
  const document_ = { p_document_id: randomUUID() };
  const held = { ...document_, p_lease: randomUUID() };
  const values: Record<(typeof SERVER_FUNCTIONS)[number], Values> = {
    admit_function_call: { ...document_, p_timestamp: "1", p_nonce: "1", p_signature: "1" },
    claim_embedding_jobs: { p_models: [] },
    claim_projection_jobs: { p_limit: 1 },
    delete_account: { p_user_id: randomUUID() },
    explain_queries: { p_workspace_id: randomUUID() },
    fail_embedding: { ...held, p_error: "" },
    finish_embedding: { ...held, p_models: [] },
    fail_projection: { ...held, p_error: "" },
    hand_over_projection: {},
    health_report: {},
    list_unused_files: {},
    note_removed_files: { p_count: 0 },
    operations_report: {},
    preflight_report: {},
    prune_log: {},
    read_block_hashes: document_,
    read_document_log: document_,
    read_embedding_texts: { ...document_, p_model_id: 1 },
    time_opening: document_,
    write_embeddings: { ...held, p_model_id: 1, p_vectors: [] },
    write_projection: { ...held, p_upto_seq: 1, p_title: "", p_upserts: [], p_deletes: [] },
    write_snapshot: { ...held, p_upto_seq: 1, p_state: "", p_sha256: "" },
  };
  it.each(SERVER_FUNCTIONS.flatMap((name) => ACTORS.map((actor) => ({ name, actor }))))(
    "$name is closed to the $actor",
    async ({ name, actor }) => {
      const { refusal } = await call(at.clientOf(actor), name, values[name]);
      expect(refusal).toBe(actor === "anonymous" ? "401 42501" : "403 42501");
    },
  );
});
