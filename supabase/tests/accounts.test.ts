/** What a person may take along, and how a person goes: nothing of them is left, and nothing of others is lost. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, openProject, type Sql } from "./hosted.ts";
import { callAs, signUp } from "./hosted-scene.ts";
import { bytes, oneValue, openAs, refusalOf } from "./log-scene.ts";
import { call, createDocument, homeOf, join, must } from "./scene.ts";
import { anonymous, newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
});
afterAll(() => sql?.close());

const homeIn = async (person: string) =>
  (await callAs<{ workspaceId: string }>(sql, person, "ensure_account")).workspaceId;
const letIn = async (owner: string, workspaceId: string, person: string, role = "editor") => {
  const values = { p_workspace_id: workspaceId, p_role: role === "owner" ? "editor" : role };
  const { token } = await callAs<{ token: string }>(sql, owner, "create_invitation", values);
  await callAs(sql, person, "accept_invitation", { p_token: token });
  if (role !== "owner") return;
  await callAs(sql, owner, "set_member_role", { ...values, p_role: role, p_user_id: person });
};
const create = async (person: string, workspaceId: string, title: string) =>
  (
    await callAs<{ id: string }>(sql, person, "create_document", {
      p_workspace_id: workspaceId,
      p_title: title,
    })
  ).id;
const deleteAccount = (person: string, on = sql) =>
  callAs<Record<string, number>>(on, "service_role", "delete_account", { p_user_id: person });
/** What the auth service then does. */
const endAccount = (person: string) =>
  sql.exec(`set role supabase_auth_admin; delete from auth.users where id = '${person}'; reset role`);
const exists = async (table: string, id: string) =>
  (await sql.query(`select from public.${table} where id = '${id}'`)).length > 0;

/** The tables that say it in any column. */
async function tablesThatSay(words: string): Promise<string[]> {
  const tables = await sql.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('public', 'private', 'auth', 'storage', 'realtime', 'net', 'cron')`,
  );
  const found: string[] = [];
  for (const { name } of tables)
    if ((await sql.query(`select from ${name} t where t::text ilike '%${words}%' limit 1`)).length > 0)
      found.push(name);
  return found;
}

describe("a person's data", () => {
  it("is all of their own and nothing of others', with titles of what they may still read", async () => {
    const owner = await signUp(sql, "Olga");
    const person = await signUp(sql, "Dora");
    const [workspaceId, own] = [await homeIn(owner), await homeIn(person)];
    await letIn(owner, workspaceId, person);
    const shared = await create(person, workspaceId, "Shared");
    const mine = await create(person, own, "Mine");
    await create(owner, workspaceId, "Secret of Olga");
    const { session } = await openAs(sql, person, shared);
    await callAs(sql, person, "append_updates", {
      ...session,
      p_updates: [{ clientSeq: 1, data: bytes("x") }],
    });
    type Data = {
      account: { id: string; email: string };
      profile: { name: string };
      memberships: { workspaceId: string; role: string }[];
      documents: { id: string; title: string | null; canRead: boolean }[];
      written: { documentId: string; updates: number }[];
    };
    const before = await callAs<Data>(sql, person, "my_data");
    expect(before.account).toMatchObject({ id: person, email: `dora-${person}@example.com` });
    expect(before.profile.name).toBe("Dora");
    expect(before.memberships.map(({ role }) => role).sort()).toEqual(["editor", "owner"]);
    expect(before.documents.map(({ id, title }) => [id, title])).toEqual([
      [shared, "Shared"],
      [mine, "Mine"],
    ]);
    expect(before.written).toMatchObject([{ documentId: shared, updates: 1 }]);
    expect(JSON.stringify(before)).not.toMatch(/Secret of Olga|olga-/i);
    await callAs(sql, owner, "remove_member", { p_workspace_id: workspaceId, p_user_id: person });
    const after = await callAs<Data>(sql, person, "my_data");
    expect(after.documents).toMatchObject([
      { id: shared, title: null, canRead: false },
      { id: mine, title: "Mine", canRead: true },
    ]);
  });
});

describe("a person who goes", () => {
  it("takes along where nobody else is, leaves the rest without a name, and no table says who it was", async () => {
    const name = "Zebulon";
    const owner = await signUp(sql, "Olga");
    const person = await signUp(sql, name);
    const [workspaceId, own] = [await homeIn(owner), await homeIn(person)];
    await letIn(owner, workspaceId, person, "admin");
    const shared = await create(person, workspaceId, "Shared");
    const alone = await create(person, own, "Alone");
    const { session } = await openAs(sql, person, shared);
    const updates = [{ clientSeq: 1, data: bytes("words") }];
    await callAs(sql, person, "append_updates", { ...session, p_updates: updates });
    await callAs(sql, person, "create_invitation", { p_workspace_id: workspaceId, p_role: "viewer" });
    await callAs(sql, person, "trash_document", { p_document_id: shared });
    const file = `${shared}/${randomUUID()}`;
    await sql.exec(
      `insert into storage.objects (bucket_id, name, owner, owner_id) values ('attachments', '${file}', '${person}', '${person}')`,
    );
    expect((await tablesThatSay(person)).length).toBeGreaterThan(8);
    const epoch = () =>
      oneValue<number>(sql, `select access_epoch::int from public.workspaces where id = '${workspaceId}'`);
    const before = await epoch();
    const preview = await callAs<{ name: string; fate: string; documents: number }[]>(
      sql,
      person,
      "preview_account_deletion",
    );
    expect(preview.map(({ fate, documents }) => [fate, documents]).sort()).toEqual([
      ["deleted", 1],
      ["left", 1],
    ]);

    expect(await deleteAccount(person)).toEqual({
      workspacesDeleted: 1,
      workspacesLeft: 1,
      documentsDeleted: 1,
    });
    expect([await exists("workspaces", own), await exists("documents", alone)]).toEqual([false, false]);
    expect([await exists("workspaces", workspaceId), await exists("documents", shared)]).toEqual([
      true,
      true,
    ]);
    expect(await epoch()).toBe(before + 1);
    // Before the account itself is gone, somebody with its token finds nothing and writes nothing.
    const refused = callAs(sql, person, "append_updates", { ...session, p_updates: updates });
    expect(await refusalOf(refused)).toBe("PT404 not_found");
    // No page of theirs that is still open makes them another workspace meanwhile.
    expect(await refusalOf(callAs(sql, person, "ensure_account"))).toBe("PT404 not_found");
    await endAccount(person);
    expect(await refusalOf(callAs(sql, person, "ensure_account"))).toBe("PT404 not_found");
    expect([await tablesThatSay(person), await tablesThatSay(name)]).toEqual([[], []]);
    const people = await callAs<{ people: { name: string; userId: string }[] }>(sql, owner, "pull_updates", {
      p_document_id: shared,
    });
    expect(people.people).toMatchObject([
      { name: "Deleted person", userId: "00000000-0000-0000-0000-000000000000" },
    ]);
    expect(await sql.query(`select from storage.objects where name = '${file}'`)).toHaveLength(1);
  });

  it("is refused as the only owner where others are, told where, and nothing is changed", async () => {
    const owner = await signUp(sql, "Olga");
    const other = await signUp(sql, "Otto");
    const workspaceId = await homeIn(owner);
    await letIn(owner, workspaceId, other, "admin");
    const refused = deleteAccount(owner);
    await expect(refused).rejects.toMatchObject({
      ...{ code: "PT409", message: "last_owner" },
      detail:
        "You are the only owner of “Olga's workspace”, where others are members. Make one of them an owner, or remove them; nothing was deleted.",
    });
    expect(await exists("profiles", owner)).toBe(true);
    await callAs(sql, owner, "set_member_role", {
      p_workspace_id: workspaceId,
      p_user_id: other,
      p_role: "owner",
    });
    expect(await deleteAccount(owner)).toMatchObject({ workspacesDeleted: 0, workspacesLeft: 1 });
    // Asked again, as after a call of the auth service that failed.
    expect(await deleteAccount(owner)).toMatchObject({ workspacesDeleted: 0, workspacesLeft: 0 });
    await endAccount(owner);
    expect(await refusalOf(deleteAccount(owner))).toBe("PT404 not_found");
  });

  it("has the time that a large workspace takes: PostgREST reads it off the function", async () => {
    const [config] = await sql.query<{ settings: string[] }>(
      "select proconfig as settings from pg_proc where oid = 'public.delete_account(uuid)'::regprocedure",
    );
    expect(config?.settings).toEqual(['search_path=""', "statement_timeout=60s"]);
  });

  it("two owners who go at once: one of them stays", async () => {
    const [one, two, third] = [await signUp(sql, "Una"), await signUp(sql, "Udo"), await signUp(sql, "Ute")];
    const workspaceId = await homeIn(one);
    await letIn(one, workspaceId, two, "owner");
    await letIn(one, workspaceId, third);
    const other = sql.url === null ? null : connect(sql.url);
    const outcomes = other
      ? await Promise.all([refusalOf(deleteAccount(one)), refusalOf(deleteAccount(two, other))])
      : [await refusalOf(deleteAccount(one)), await refusalOf(deleteAccount(two))];
    await other?.close();
    expect(outcomes.sort()).toEqual(["", "PT409 last_owner"]);
    expect(await exists("workspaces", workspaceId)).toBe(true);
  });
});

describe("over the services", () => {
  let project: Project;
  let person: Person;
  let other: Person;
  beforeAll(async () => {
    project = await startProject();
    [person, other] = await Promise.all([newPerson(project, "Gone"), newPerson(project, "Stay")]);
  });
  afterAll(() => project?.stop());

  it("the account's end ends its sessions, its files and every right of a token that is still good", async () => {
    const workspaceId = await homeOf(other);
    await join(other, workspaceId, person, "editor");
    const own = await createDocument(person, await homeOf(person));
    const theirs = await createDocument(other, workspaceId);
    const files = service(project).storage.from("attachments");
    const [file, kept] = [`${own.id}/${randomUUID()}`, `${theirs.id}/${randomUUID()}`];
    for (const name of [file, kept])
      expect(
        (await person.client.storage.from("attachments").upload(name, new Blob(["x"], { type: "image/png" })))
          .error,
      ).toBe(null);
    const { data: held } = await person.client.auth.getSession();

    const admin = service(project);
    await must(admin, "delete_account", { p_user_id: person.id });
    expect((await admin.auth.admin.deleteUser(person.id)).error).toBe(null);

    const { data: documents } = await person.client.from("documents").select("id");
    expect(documents).toEqual([]);
    expect((await call(person.client, "pull_updates", { p_document_id: theirs.id })).refusal).toBe(
      "404 not_found",
    );
    expect(
      (
        await person.client.storage
          .from("attachments")
          .upload(`${theirs.id}/${randomUUID()}`, new Blob(["x"], { type: "image/png" }))
      ).error,
    ).not.toBe(null);
    const again = anonymous(project);
    const { email, password } = person;
    expect((await again.auth.signInWithPassword({ email, password })).error?.code).toBe(
      "invalid_credentials",
    );
    const refreshed = await again.auth.refreshSession({ refresh_token: held.session?.refresh_token ?? "" });
    expect(refreshed.data.session).toBe(null);
    await until(async () => (await files.exists(file)).data !== true, "the end of the files", 20_000);
    expect((await files.exists(kept)).data).toBe(true);
  });
});
