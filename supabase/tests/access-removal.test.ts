/** Someone who is removed while connected. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessScene, buildAccessScene } from "./access-scene.ts";
import { append, base64, must } from "./scene.ts";
import { joined, subscribe, until } from "./waiting.ts";

let at: AccessScene;
beforeAll(async () => {
  at = await buildAccessScene({ removed: false });
});
afterAll(() => at?.stop());

describe("someone who is removed while connected", () => {
  const updates = (epoch: number) => `document:${at.document.id}:updates:${epoch}`;
  const tree = (epoch: number) => `workspace:${at.scene.workspaceId}:tree:${epoch}`;
  const listen = (client: SupabaseClient, topic: string, event: string, heard: unknown[]) =>
    client
      .channel(topic, { config: { private: true } })
      .on("broadcast", { event }, ({ payload }) => heard.push(payload));

  it("is told so, and hears no edit from then on", async () => {
    const { people, exMember, workspaceId } = at.scene;
    const { editor, owner } = people;
    const { epoch } = await must<{ epoch: number }>(editor.client, "pull_updates", {
      p_document_id: at.document.id,
      p_after: 0,
    });
    const [heardByEx, told, heardByEditor]: [unknown[], unknown[], unknown[]] = [[], [], []];
    const { client } = exMember;
    const stale = await joined(listen(client, updates(epoch), "update", heardByEx));
    await joined(listen(client, tree(epoch), "epoch", told));
    await append(editor.client, at.session, [{ clientSeq: 2, data: base64("while a member") }]);
    await until(() => heardByEx.length === 1, "the edit before the removal");

    await must(owner.client, "remove_member", { p_workspace_id: workspaceId, p_user_id: exMember.id });
    await until(() => told.length === 1, "the news of the epoch", 2_000);
    expect(told).toMatchObject([{ epoch: epoch + 1 }]);

    await joined(listen(editor.client, updates(epoch + 1), "update", heardByEditor));
    await append(editor.client, at.session, [{ clientSeq: 3, data: base64("a secret") }]);
    await until(() => heardByEditor.length === 1, "the edit after the removal");
    expect(heardByEx).toHaveLength(1);
    const refused = await subscribe(listen(client, updates(epoch + 1), "update", heardByEx));
    expect(refused.status).toBe("CHANNEL_ERROR");
    await Promise.all([stale, ...client.getChannels()].map((channel) => client.removeChannel(channel)));
    for (const channel of editor.client.getChannels()) await editor.client.removeChannel(channel);
  });
});
