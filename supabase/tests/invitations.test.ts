/** Joining and leaving a workspace. */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildScene, call, createDocument, homeOf, join, must, type Scene } from "./scene.ts";
import { anonymous, newPerson, type Person, type Project, startProject } from "./stand-in.ts";

let project: Project;
let scene: Scene;
let guest: Person;
beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
  guest = await newPerson(project, "Gita");
});
afterAll(() => project?.stop());

interface Invitation {
  readonly id: string;
  readonly token: string;
  readonly role: string;
}

const invite = (person: Person, role = "viewer", expiresIn = "7 days") =>
  call<Invitation>(person.client, "create_invitation", {
    p_workspace_id: scene.workspaceId,
    p_role: role,
    p_expires_in: expiresIn,
  });
const accept = (person: Person, token: string) =>
  call(person.client, "accept_invitation", { p_token: token });
const describeIt = (token: string) =>
  must<Record<string, unknown>>(scene.anonymous, "describe_invitation", { p_token: token });
const remove = (by: Person, who: Person) =>
  call(by.client, "remove_member", { p_workspace_id: scene.workspaceId, p_user_id: who.id });
const setRole = (by: Person, who: Person, role: string) =>
  call(by.client, "set_member_role", {
    p_workspace_id: scene.workspaceId,
    p_user_id: who.id,
    p_role: role,
  });

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue()));
}

describe("an invitation", () => {
  it("tells its holder the workspace and the role, and lets one person in", async () => {
    const { value } = await invite(scene.people.admin, "commenter");
    expect(value.token).toMatch(/^[0-9a-f]{64}$/);
    expect(await describeIt(value.token)).toEqual({
      valid: true,
      reason: null,
      role: "commenter",
      workspaceName: "Olga's workspace",
    });
    expect((await accept(guest, value.token)).value).toEqual({ workspaceId: scene.workspaceId });
    // The same person pressing twice is no misuse; another person is.
    expect((await accept(guest, value.token)).refusal).toBe(null);
    expect((await accept(scene.stranger, value.token)).refusal).toBe("410 invitation_used");
    expect(await describeIt(value.token)).toMatchObject({ valid: false, reason: "invitation_used" });
    await remove(scene.people.owner, guest);
    expect((await accept(guest, value.token)).refusal).toBe("410 invitation_used");
  });

  it("is stored as a hash only, which nobody reads", async () => {
    const { value } = await invite(scene.people.owner);
    const all = await scene.service.from("invitations").select("*").eq("id", value.id);
    expect(JSON.stringify(all.data)).not.toContain(value.token);
    const { error } = await scene.people.owner.client.from("invitations").select("token_hash");
    expect(error?.code).toBe("42501");
    const { data } = await scene.people.admin.client.from("invitations").select("id").eq("id", value.id);
    expect(data).toEqual([{ id: value.id }]);
  });

  it("lets one of many in who try at once", async () => {
    const { value } = await invite(scene.people.owner);
    const answers = await Promise.all([guest, scene.stranger].map((who) => accept(who, value.token)));
    expect(answers.map((answer) => answer.refusal).sort()).toEqual(["410 invitation_used", null]);
    await remove(scene.people.owner, guest);
    await remove(scene.people.owner, scene.stranger);
  });

  it("expires", async () => {
    const { value } = await invite(scene.people.owner, "viewer", "1 millisecond");
    await until(async () => (await describeIt(value.token)).reason === "invitation_expired");
    expect((await accept(guest, value.token)).refusal).toBe("410 invitation_expired");
  });

  it("can be withdrawn by owners and admins, and by nobody else", async () => {
    const { value } = await invite(scene.people.owner);
    const revoke = (who: Person) => call(who.client, "revoke_invitation", { p_id: value.id });
    expect((await revoke(scene.people.editor)).refusal).toBe("403 forbidden");
    expect((await revoke(scene.stranger)).refusal).toBe("404 not_found");
    expect((await revoke(scene.people.admin)).refusal).toBe(null);
    expect((await accept(guest, value.token)).refusal).toBe("410 invitation_revoked");
  });

  it("is worth nothing once its maker may no longer invite", async () => {
    const admin = await newPerson(project, "Anna");
    await join(scene.people.owner, scene.workspaceId, admin, "admin");
    const { value } = await invite(admin, "editor");
    await setRole(scene.people.owner, admin, "viewer");
    expect((await accept(guest, value.token)).refusal).toBe("410 invitation_revoked");
    await remove(scene.people.owner, admin);
  });

  it.each([
    ["owner", "7 days"],
    ["king", "7 days"],
    ["viewer", "31 days"],
    ["viewer", "-1 days"],
  ])("is not made for %s during %s", async (role, expiresIn) => {
    expect((await invite(scene.people.owner, role, expiresIn)).refusal).toBe("400 invalid_input");
  });

  it.each(["editor", "commenter", "viewer"] as const)("is not made by a %s", async (role) => {
    expect((await invite(scene.people[role])).refusal).toBe("403 forbidden");
  });

  it("of which the token is unknown is not found", async () => {
    expect((await accept(guest, "0".repeat(64))).refusal).toBe("404 not_found");
    expect(await describeIt("nonsense")).toMatchObject({ valid: false, reason: "not_found" });
  });
});

describe("members", () => {
  const epoch = async () => {
    const { data } = await scene.service
      .from("workspaces")
      .select("access_epoch")
      .eq("id", scene.workspaceId)
      .single();
    return Number(data?.access_epoch);
  };

  it("who are removed read nothing from then on, and the epoch grows", async () => {
    await join(scene.people.owner, scene.workspaceId, guest, "editor");
    const { id } = await createDocument(guest, scene.workspaceId);
    const before = await epoch();
    expect((await remove(scene.people.admin, guest)).refusal).toBe(null);
    expect(await epoch()).toBe(before + 1);
    const pulled = await call(guest.client, "pull_updates", { p_document_id: id, p_after: 0 });
    expect(pulled.refusal).toBe("404 not_found");
  });

  it("whose role changes get a new epoch; the same role changes nothing", async () => {
    const before = await epoch();
    await setRole(scene.people.owner, scene.people.viewer, "viewer");
    expect(await epoch()).toBe(before);
    await setRole(scene.people.admin, scene.people.viewer, "editor");
    await setRole(scene.people.admin, scene.people.viewer, "viewer");
    expect(await epoch()).toBe(before + 2);
  });

  it("may go by themselves, but the last owner stays", async () => {
    await join(scene.people.owner, scene.workspaceId, guest, "viewer");
    expect((await remove(guest, guest)).refusal).toBe(null);
    expect((await remove(scene.people.owner, scene.people.owner)).refusal).toBe("409 last_owner");
    expect((await setRole(scene.people.owner, scene.people.owner, "editor")).refusal).toBe("409 last_owner");
  });

  it("two owners who go at once leave one behind", async () => {
    const home = await homeOf(guest);
    await join(guest, home, scene.stranger, "admin");
    await must(guest.client, "set_member_role", {
      p_workspace_id: home,
      p_user_id: scene.stranger.id,
      p_role: "owner",
    });
    const leave = (who: Person) =>
      call(who.client, "remove_member", { p_workspace_id: home, p_user_id: who.id });
    const answers = await Promise.all([leave(guest), leave(scene.stranger)]);
    expect(answers.map((answer) => answer.refusal).sort()).toEqual(["409 last_owner", null]);
  });

  it("are changed by whom it behoves", async () => {
    const { owner, admin, editor, viewer } = scene.people;
    expect((await setRole(admin, owner, "viewer")).refusal).toBe("403 forbidden");
    expect((await setRole(admin, viewer, "owner")).refusal).toBe("403 forbidden");
    expect((await remove(admin, owner)).refusal).toBe("403 forbidden");
    expect((await setRole(editor, viewer, "editor")).refusal).toBe("403 forbidden");
    expect((await remove(editor, viewer)).refusal).toBe("403 forbidden");
    expect((await setRole(viewer, viewer, "owner")).refusal).toBe("403 forbidden");
    expect((await setRole(scene.stranger, viewer, "editor")).refusal).toBe("404 not_found");
    expect((await setRole(owner, viewer, "king")).refusal).toBe("400 invalid_input");
  });
});

describe("an account", () => {
  async function signUp(name: unknown): Promise<SupabaseClient> {
    const client = anonymous(project);
    const email = `mail-${randomUUID()}@example.com`;
    const { error } = await client.auth.signUp({
      email,
      password: randomUUID(),
      options: { data: { name } },
    });
    if (error) throw new Error(error.message);
    return client;
  }

  it.each([
    ["Gita", "Gita"],
    ["  Zoé\n the 'first'\t", "Zoé the 'first'"],
    ["x".repeat(300), "x".repeat(80)],
    ["", /^mail-/],
    [undefined, /^mail-/],
    [{ first: "Gita" }, /Gita/],
  ])("for the name %j is made with a profile and a workspace", async (given, shown) => {
    const client = await signUp(given);
    const profile = await client.from("profiles").select("name,color").single();
    expect(profile.data?.name).toEqual(typeof shown === "string" ? shown : expect.stringMatching(shown));
    expect(profile.data?.color).toBeGreaterThanOrEqual(1);
    expect(profile.data?.color).toBeLessThanOrEqual(12);
    const workspace = await client.from("workspaces").select("id,name").single();
    expect(workspace.data?.name).toBe(`${profile.data?.name}'s workspace`);
    expect(await must(client, "ensure_account")).toEqual({ workspaceId: workspace.data?.id });
  });
});
