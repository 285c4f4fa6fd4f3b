/** The product's topics under the product's own policies, over real sockets, with the unmodified client. */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, base64, buildScene, createDocument, must, openSession, type Scene } from "./scene.ts";
import { type Project, startProject } from "./stand-in.ts";
import { joined, subscribe, until } from "./waiting.ts";

let project: Project;
let scene: Scene;
let documentId: string;
let epoch: number;

beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
  documentId = (await createDocument(scene.people.editor, scene.workspaceId)).id;
  epoch = await presentEpoch();
});
afterAll(async () => {
  const clients = Object.values(scene?.people ?? {}).map((person) => person.client);
  await Promise.all(clients.map((client) => client.removeAllChannels()));
  await project?.stop();
});

async function presentEpoch(): Promise<number> {
  const { data } = await scene.people.owner.client.from("workspaces").select("access_epoch").single();
  return Number(data?.access_epoch);
}

type Kind = "updates" | "awareness" | "presence";
const topicOf = (kind: Kind, of = epoch) => `document:${documentId}:${kind}:${of}`;
const open = (client: SupabaseClient, topic: string, config: Record<string, unknown> = {}) =>
  client.channel(topic, { config: { private: true, ...config } });

async function listen(channel: RealtimeChannel): Promise<Record<string, unknown>[]> {
  const heard: Record<string, unknown>[] = [];
  channel.on("broadcast", { event: "*" }, ({ payload }) => heard.push(payload));
  await joined(channel);
  return heard;
}

const leave = (client: SupabaseClient) => client.removeAllChannels();

describe("document topics", () => {
  it("refuse everyone who is not a member, and every other epoch", async () => {
    const outsiders = [scene.anonymous, scene.stranger.client];
    for (const client of outsiders) {
      for (const kind of ["updates", "awareness", "presence"] as const) {
        expect(await subscribe(open(client, topicOf(kind)))).toMatchObject({
          status: "CHANNEL_ERROR",
          message: expect.stringContaining("Unauthorized: You do not have permissions to read"),
        });
      }
      await leave(client);
    }
    const { editor } = scene.people;
    expect((await subscribe(open(editor.client, topicOf("updates", epoch + 1)))).status).toBe(
      "CHANNEL_ERROR",
    );
    await leave(editor.client);
  });

  it("let every member hear an edit when it is stored, and nobody else's words on the topic of edits", async () => {
    const { editor, viewer } = scene.people;
    const heard = await listen(open(viewer.client, topicOf("updates")));
    const forger = await joined(open(editor.client, topicOf("updates")));
    await forger.send({ type: "broadcast", event: "update", payload: { forged: true } });
    const session = await openSession(editor, documentId);
    const { value } = await append(editor.client, session, [{ clientSeq: 1, data: base64("bytes") }]);
    await until(() => heard.length > 0, "the edit");
    const [{ seq } = { seq: 0 }] = value.accepted;
    expect(heard).toMatchObject([
      { fromSeq: seq, toSeq: seq, sessionId: session.sessionId, updates: [{ seq, data: base64("bytes") }] },
    ]);
    await Promise.all([leave(editor.client), leave(viewer.client)]);
  });

  it("carry cursors of those who may read, viewers too, and tell who is present", async () => {
    const { editor, viewer } = scene.people;
    const heard = await listen(open(editor.client, topicOf("awareness")));
    const cursors = await joined(open(viewer.client, topicOf("awareness")));
    await cursors.send({ type: "broadcast", event: "state", payload: { counter: 1 } });
    await until(() => heard.length > 0, "the cursor");

    const channel = open(editor.client, topicOf("presence"));
    channel.on("presence", { event: "sync" }, () => undefined);
    await joined(channel);
    const present = open(viewer.client, topicOf("presence"), { presence: { key: viewer.id } });
    await joined(present);
    expect(await present.track({ here: true })).toBe("ok");
    await until(() => viewer.id in channel.presenceState(), "the arrival");
    await leave(viewer.client);
    await until(() => !(viewer.id in channel.presenceState()), "the leave");
    await leave(editor.client);
  });
});

describe("the tree's topic", () => {
  it("shows changes of documents to members, and to nobody else", async () => {
    const { editor } = scene.people;
    const seen: unknown[] = [];
    const channel = open(editor.client, `workspace:${scene.workspaceId}:tree:${epoch}`, {
      postgres_changes_options: { wait: true },
    });
    channel.on("postgres_changes", { event: "*", schema: "public", table: "documents" }, (change) => {
      seen.push("id" in change.new ? change.new.id : null);
    });
    await joined(channel);
    // Change events need no right to the topic: a public channel asks for them, row security answers.
    const spied: unknown[] = [];
    const spy = scene.stranger.client.channel("spy", {
      config: { postgres_changes_options: { wait: true } },
    });
    spy.on("postgres_changes", { event: "*", schema: "public", table: "documents" }, (change) =>
      spied.push(change),
    );
    await joined(spy);
    const { id } = await createDocument(editor, scene.workspaceId);
    await until(() => seen.includes(id), "the document");
    const workspaceId = await must<{ workspaceId: string }>(scene.stranger.client, "ensure_account");
    const own = await createDocument(scene.stranger, workspaceId.workspaceId);
    await until(() => spied.length > 0, "the stranger's own document");
    expect(spied).toMatchObject([{ new: { id: own.id } }]);
    expect(seen).not.toContain(own.id);
    await Promise.all([leave(editor.client), leave(scene.stranger.client)]);
  });

  it("tells the new epoch when somebody is removed, who is then refused within two seconds", async () => {
    const { owner } = scene.people;
    const tree = `workspace:${scene.workspaceId}:tree`;
    const heard = await listen(open(scene.exMember.client, `${tree}:${epoch}`));
    const removedAt = Date.now();
    await must(owner.client, "remove_member", {
      p_workspace_id: scene.workspaceId,
      p_user_id: scene.exMember.id,
    });
    await until(() => heard.length > 0, "the new epoch");
    const before = epoch;
    epoch = await presentEpoch();
    expect(epoch).toBeGreaterThan(before);
    expect(heard[0]).toMatchObject({ epoch });
    for (const topic of [`${tree}:${epoch}`, topicOf("updates"), topicOf("updates", before)]) {
      expect((await subscribe(open(scene.exMember.client, topic))).status).toBe("CHANNEL_ERROR");
    }
    expect(Date.now() - removedAt).toBeLessThan(2000);
    expect((await subscribe(open(owner.client, topicOf("updates")))).status).toBe("SUBSCRIBED");
    await Promise.all([leave(owner.client), leave(scene.exMember.client)]);
  });
});
