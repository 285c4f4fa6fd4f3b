/**
 * Who may do what, as one table: each table and each function for each kind of person. What is not allowed
 * here is refused; members' own rights are asked too, so that a policy that is gone shows as well.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  append,
  base64,
  buildScene,
  call,
  createDocument,
  type DocumentJson,
  must,
  openSession,
  ROLES,
  type Scene,
  type Session,
} from "./scene.ts";
import { type Project, startProject } from "./stand-in.ts";
import { joined, subscribe, until } from "./waiting.ts";

const ACTORS = [...ROLES, "exMember", "stranger", "anonymous"] as const;
type Actor = (typeof ACTORS)[number];
const MEMBERS: readonly Actor[] = ROLES;
const WRITERS: readonly Actor[] = ["owner", "admin", "editor"];
const MANAGERS: readonly Actor[] = ["owner", "admin"];

let folder: string;
let project: Project;
let scene: Scene;
/** With a row in every table that belongs to it. */
let document: DocumentJson;
let session: Session;

const clientOf = (actor: Actor): SupabaseClient => {
  if (actor === "anonymous") return scene.anonymous;
  if (actor === "exMember" || actor === "stranger") return scene[actor].client;
  return scene.people[actor].client;
};

interface Claimed {
  readonly jobs: readonly { documentId: string; lease: string }[];
}

/** What process-block would do; no function runs in this project. */
async function projectByHand(): Promise<void> {
  let jobs: Claimed["jobs"] = [];
  await until(async () => {
    const values = { p_limit: 1, p_document_id: document.id };
    jobs = (await must<Claimed>(scene.service, "claim_projection_jobs", values)).jobs;
    return jobs.length > 0;
  }, "the job to be due");
  const held = { p_document_id: document.id, p_lease: jobs[0]?.lease, p_upto_seq: 1 };
  const state = Buffer.from("state");
  const sha256 = createHash("sha256").update(state).digest("hex");
  await must(scene.service, "write_snapshot", { ...held, p_state: base64(state), p_sha256: sha256 });
  const row = {
    id: randomUUID(),
    parentPath: "",
    sortOrder: "a0",
    type: "paragraph",
    content: {},
    plainText: "",
  };
  await must(scene.service, "write_projection", {
    ...held,
    p_title: "Title",
    p_upserts: [{ ...row, hash: "00".repeat(32) }],
    p_deletes: [],
    p_quarantine: [{ seq: 1, reason: "undecodable" }],
  });
}

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), "no-functions-"));
  project = await startProject({ args: ["--functions", folder] });
  scene = await buildScene(project);
  document = await createDocument(scene.people.owner, scene.workspaceId);
  session = await openSession(scene.people.editor, document.id);
  await append(scene.people.editor.client, session, [{ clientSeq: 1, data: base64("update") }]);
  await projectByHand();
  const values = { p_workspace_id: scene.workspaceId, p_role: "viewer" };
  await must(scene.people.owner.client, "create_invitation", values);
});
afterAll(async () => {
  for (const actor of ACTORS) void clientOf(actor).realtime.disconnect();
  await project?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("someone who is removed while connected", () => {
  const updates = (epoch: number) => `document:${document.id}:updates:${epoch}`;
  const tree = (epoch: number) => `workspace:${scene.workspaceId}:tree:${epoch}`;
  const listen = (client: SupabaseClient, topic: string, event: string, heard: unknown[]) =>
    client
      .channel(topic, { config: { private: true } })
      .on("broadcast", { event }, ({ payload }) => heard.push(payload));

  it("is told so, and hears no edit from then on", async () => {
    const { editor, owner } = scene.people;
    const { epoch } = await must<{ epoch: number }>(editor.client, "pull_updates", {
      p_document_id: document.id,
      p_after: 0,
    });
    const [heardByEx, told, heardByEditor]: [unknown[], unknown[], unknown[]] = [[], [], []];
    const { client } = scene.exMember;
    const stale = await joined(listen(client, updates(epoch), "update", heardByEx));
    await joined(listen(client, tree(epoch), "epoch", told));
    await append(editor.client, session, [{ clientSeq: 2, data: base64("while a member") }]);
    await until(() => heardByEx.length === 1, "the edit before the removal");

    const member = { p_workspace_id: scene.workspaceId, p_user_id: scene.exMember.id };
    await must(owner.client, "remove_member", member);
    await until(() => told.length === 1, "the news of the epoch", 2_000);
    expect(told).toMatchObject([{ epoch: epoch + 1 }]);

    await joined(listen(editor.client, updates(epoch + 1), "update", heardByEditor));
    await append(editor.client, session, [{ clientSeq: 3, data: base64("a secret") }]);
    await until(() => heardByEditor.length === 1, "the edit after the removal");
    expect(heardByEx).toHaveLength(1);
    const refused = await subscribe(listen(client, updates(epoch + 1), "update", heardByEx));
    expect(refused.status).toBe("CHANNEL_ERROR");
    await Promise.all([stale, ...client.getChannels()].map((channel) => client.removeChannel(channel)));
    for (const channel of editor.client.getChannels()) await editor.client.removeChannel(channel);
  });
});

describe("tables", () => {
  interface Table {
    readonly name: string;
    /** The rows that belong to the workspace of the scene. */
    readonly key: "workspace_id" | "document_id" | "id";
    readonly of: () => string;
    readonly readers: readonly Actor[];
    readonly columns?: string;
    /** A change that some may make, and who. */
    readonly update?: { readonly values: object; readonly by: readonly Actor[] };
  }
  const ofWorkspace = { key: "workspace_id", of: () => scene.workspaceId } as const;
  const ofDocument = { key: "document_id", of: () => document.id } as const;
  const tables: readonly Table[] = [
    {
      name: "profiles",
      key: "id",
      of: () => scene.people.owner.id,
      readers: MEMBERS,
      update: { values: { name: "Olga" }, by: ["owner"] },
    },
    {
      name: "workspaces",
      key: "id",
      of: () => scene.workspaceId,
      readers: MEMBERS,
      update: { values: { name: "Olga's workspace" }, by: MANAGERS },
    },
    { name: "workspace_members", ...ofWorkspace, readers: MEMBERS },
    { name: "invitations", ...ofWorkspace, readers: MANAGERS, columns: "id" },
    { name: "documents", ...ofWorkspace, readers: MEMBERS },
    { name: "blocks", ...ofDocument, readers: MEMBERS },
    { name: "document_heads", ...ofDocument, readers: MEMBERS },
    { name: "document_sessions", ...ofDocument, readers: MEMBERS },
    { name: "document_updates", ...ofDocument, readers: MEMBERS },
    { name: "document_snapshots", ...ofDocument, readers: MEMBERS },
    { name: "document_quarantine", ...ofDocument, readers: MEMBERS },
  ];
  const cases = tables.flatMap((table) => ACTORS.map((actor) => ({ table, actor, name: table.name })));

  it.each(cases)("$name for the $actor: rows to read", async ({ table, actor }) => {
    const { data } = await clientOf(actor)
      .from(table.name)
      .select(table.columns ?? "*")
      .eq(table.key, table.of());
    if (table.readers.includes(actor)) expect(data?.length).toBeGreaterThan(0);
    else expect(data ?? []).toEqual([]);
  });

  it.each(cases)("$name for the $actor: nothing to insert or delete", async ({ table, actor }) => {
    const client = clientOf(actor);
    const inserted = await client.from(table.name).insert({ [table.key]: table.of() } as object);
    expect(inserted.error?.code).toBe("42501");
    const deleted = await client.from(table.name).delete().eq(table.key, table.of());
    expect(deleted.error?.code).toBe("42501");
  });

  it.each(cases)("$name for the $actor: what to change", async ({ table, actor }) => {
    const change = async (values: object) => {
      const columns = table.columns ?? table.key;
      const changed = clientOf(actor).from(table.name).update(values).eq(table.key, table.of());
      const { data, error } = await changed.select(columns);
      return error ? error.code : data.length;
    };
    if (!table.update) expect(await change({ [table.key]: table.of() })).toBe("42501");
    else if (actor === "anonymous") expect(await change(table.update.values)).toBe("42501");
    else expect(await change(table.update.values)).toBe(table.update.by.includes(actor) ? 1 : 0);
    // Marks that only functions set.
    if (table.name === "workspaces") expect(await change({ access_epoch: 99 })).toBe("42501");
    if (table.name === "documents") expect(await change({ trashed_at: null })).toBe("42501");
  });
});

describe("functions for people", () => {
  interface Rpc {
    readonly name: string;
    readonly allowed: readonly Actor[];
    /** What members without the right are told; strangers are told the same as about nothing. */
    readonly denied?: string;
    readonly values: () => Promise<Record<string, unknown>>;
  }
  const inDocument = async () => ({ p_document_id: document.id });
  const inNewDocument = async () => {
    const { id } = await createDocument(scene.people.owner, scene.workspaceId);
    return { p_document_id: id };
  };
  const inTrash = async () => {
    const values = await inNewDocument();
    await must(scene.people.owner.client, "trash_document", values);
    return values;
  };
  const inWorkspace = async () => ({ p_workspace_id: scene.workspaceId });
  const rpcs: readonly Rpc[] = [
    { name: "pull_updates", allowed: MEMBERS, values: inDocument },
    { name: "list_document_people", allowed: MEMBERS, values: inDocument },
    {
      name: "open_document",
      allowed: MEMBERS,
      values: async () => ({
        p_document_id: document.id,
        p_session_id: randomUUID(),
        p_yjs_client_id: Math.floor(Math.random() * 2 ** 32),
      }),
    },
    { name: "create_document", allowed: WRITERS, values: inWorkspace },
    {
      name: "move_document",
      allowed: WRITERS,
      values: async () => ({ ...(await inNewDocument()), p_parent_id: document.id }),
    },
    { name: "trash_document", allowed: WRITERS, values: inNewDocument },
    { name: "restore_document", allowed: WRITERS, values: inTrash },
    { name: "delete_document_forever", allowed: WRITERS, values: inTrash },
    {
      name: "create_invitation",
      allowed: MANAGERS,
      values: async () => ({ p_workspace_id: scene.workspaceId, p_role: "viewer" }),
    },
    {
      name: "revoke_invitation",
      allowed: MANAGERS,
      values: async () => {
        const values = { p_workspace_id: scene.workspaceId, p_role: "viewer" };
        const { id } = await must<{ id: string }>(scene.people.owner.client, "create_invitation", values);
        return { p_id: id };
      },
    },
    {
      name: "set_member_role",
      allowed: MANAGERS,
      values: async () => ({ ...(await inWorkspace()), p_user_id: scene.people.viewer.id, p_role: "viewer" }),
    },
    { name: "claim_workspace_seed", allowed: MEMBERS, values: inWorkspace },
    { name: "finish_workspace_seed", allowed: ["owner"], values: inWorkspace },
    {
      name: "ensure_account",
      allowed: ACTORS.filter((actor) => actor !== "anonymous"),
      values: async () => ({}),
    },
    {
      name: "describe_invitation",
      allowed: ACTORS,
      values: async () => ({ p_token: "nonsense" }),
    },
  ];

  it.each(rpcs.flatMap((rpc) => ACTORS.map((actor) => ({ rpc, actor, name: rpc.name }))))(
    "$name by the $actor",
    async ({ rpc, actor }) => {
      const { refusal } = await call(clientOf(actor), rpc.name, await rpc.values());
      if (rpc.allowed.includes(actor)) expect(refusal).toBe(null);
      else if (actor === "anonymous") expect(refusal).toBe("401 42501");
      else expect(refusal).toBe(MEMBERS.includes(actor) ? "403 forbidden" : "404 not_found");
    },
  );

  it.each(["exMember", "stranger", "anonymous"] as const)(
    "remove_member and append by the %s",
    async (actor) => {
      const expected = actor === "anonymous" ? "401 42501" : "404 not_found";
      const member = { p_workspace_id: scene.workspaceId, p_user_id: scene.people.viewer.id };
      expect((await call(clientOf(actor), "remove_member", member)).refusal).toBe(expected);
      const update = [{ clientSeq: 9, data: base64("x") }];
      expect((await append(clientOf(actor), session, update)).refusal).toBe(expected);
    },
  );
});

describe("functions of the server", () => {
  const document_ = { p_document_id: randomUUID() };
  const held = { ...document_, p_lease: randomUUID() };
  const rpcs: Record<string, Record<string, unknown>> = {
    admit_function_call: { ...document_, p_timestamp: "1", p_nonce: "1", p_signature: "1" },
    claim_projection_jobs: { p_limit: 1 },
    read_document_log: document_,
    read_block_hashes: document_,
    write_projection: { ...held, p_upto_seq: 1, p_title: "", p_upserts: [], p_deletes: [] },
    write_snapshot: { ...held, p_upto_seq: 1, p_state: "", p_sha256: "" },
    fail_projection: { ...held, p_error: "" },
    hand_over_projection: {},
    health_report: {},
  };
  it.each(Object.keys(rpcs).flatMap((name) => ACTORS.map((actor) => ({ name, actor }))))(
    "$name is closed to the $actor",
    async ({ name, actor }) => {
      const { refusal } = await call(clientOf(actor), name, rpcs[name] ?? {});
      expect(refusal).toBe(actor === "anonymous" ? "401 42501" : "403 42501");
    },
  );
});

describe("channels", () => {
  let epoch: number;
  beforeAll(async () => {
    const { data } = await scene.service
      .from("workspaces")
      .select("access_epoch")
      .eq("id", scene.workspaceId)
      .single();
    epoch = Number(data?.access_epoch);
  });
  const topics = (at: number) => [
    ...["updates", "awareness", "presence"].map((kind) => `document:${document.id}:${kind}:${at}`),
    `workspace:${scene.workspaceId}:tree:${at}`,
  ];
  const tryJoin = async (actor: Actor, topic: string) => {
    const client = clientOf(actor);
    const channel = client.channel(topic, { config: { private: true } });
    const { status } = await subscribe(channel);
    await client.removeChannel(channel);
    return status;
  };

  it.each(ACTORS)("the %s joins what members join, of the present epoch only", async (actor) => {
    const expected = MEMBERS.includes(actor) ? "SUBSCRIBED" : "CHANNEL_ERROR";
    for (const topic of topics(epoch))
      expect([topic, await tryJoin(actor, topic)]).toEqual([topic, expected]);
    for (const topic of [...topics(epoch - 1), ...topics(epoch + 1)])
      expect([topic, await tryJoin(actor, topic)]).toEqual([topic, "CHANNEL_ERROR"]);
  });

  it.each([
    () => `document:${document.id}:updates`,
    () => `document:${document.id}:updates:`,
    () => `document:${document.id}:updates:${epoch}x`,
    () => `document:${document.id}:updates:0${epoch}`,
    () => `document:${document.id}:updates:99999999999999999999999`,
    () => `document:${document.id}:secrets:${epoch}`,
    () => `document:${document.id.toUpperCase()}:updates:${epoch}`,
    () => `document:not-a-uuid:updates:${epoch}`,
    () => `x document:${document.id}:updates:${epoch}`,
    () => `document:${document.id}:updates:${epoch}\n`,
    () => `workspace:${document.id}:tree:${epoch}`,
    () => "anything",
  ])("nobody joins a topic that is none (%#)", async (topic) => {
    expect(await tryJoin("owner", topic())).toBe("CHANNEL_ERROR");
  });

  it("members send cursors, but nobody an edit", async () => {
    const heard: string[] = [];
    const channels = (actor: Actor) =>
      ["updates", "awareness"].map((kind) =>
        clientOf(actor)
          .channel(`document:${document.id}:${kind}:${epoch}`, {
            config: { private: true, broadcast: { ack: true } },
          })
          .on("broadcast", { event: "*" }, ({ event }) => heard.push(`${kind} ${event}`)),
      ) as [RealtimeChannel, RealtimeChannel];
    await Promise.all(channels("owner").map(joined));
    const [updates, awareness] = channels("viewer");
    await Promise.all([updates, awareness].map(joined));
    void updates.send({ type: "broadcast", event: "update", payload: { forged: true } });
    await awareness.send({ type: "broadcast", event: "state", payload: { typing: true } });
    await until(() => heard.includes("awareness state"), "the cursor");
    expect(heard).toEqual(["awareness state"]);
  });
});
