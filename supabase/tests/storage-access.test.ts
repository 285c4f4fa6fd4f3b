/**
 * Who may do what with attachments, as one table: each kind of person, each thing that the Storage client can
 * do with a file. The policies of 20261122000300_attachments.sql decide, on whatever Supabase this runs.
 */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTORS, type Actor, BUCKETS } from "./permissions.ts";
import { buildScene, createDocument, homeOf, must, type Scene } from "./scene.ts";
import { type Project, startProject } from "./stand-in.ts";

/** From the one table: who reads an attachment, and who adds and removes one. */
const { select: MEMBERS, insert: WRITERS } = BUCKETS.attachments;

let project: Project;
let scene: Scene;
let documentId: string;

const clientOf = (actor: Actor): SupabaseClient => {
  if (actor === "anonymous") return scene.anonymous;
  if (actor === "exMember" || actor === "stranger") return scene[actor].client;
  return scene.people[actor].client;
};
const filesOf = (actor: Actor) => clientOf(actor).storage.from("attachments");
const png = () => new Blob([randomUUID()], { type: "image/png" });

/** Attaches a file as the editor; resolves to its name. */
async function attach(to = documentId): Promise<string> {
  const name = `${to}/${randomUUID()}`;
  const { error } = await filesOf("editor").upload(name, png());
  if (error) throw error;
  return name;
}

const isThere = async (name: string) => (await scene.service.storage.from("attachments").exists(name)).data;

/** "403" and the like, or null when it was done. */
async function refusal(asked: PromiseLike<{ error: unknown }>): Promise<string | null> {
  const { error } = await asked;
  return error ? String((error as { statusCode?: unknown }).statusCode) : null;
}

beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
  documentId = (await createDocument(scene.people.owner, scene.workspaceId)).id;
  await must(scene.people.owner.client, "remove_member", {
    p_workspace_id: scene.workspaceId,
    p_user_id: scene.exMember.id,
  });
  await homeOf(scene.stranger);
});
afterAll(() => project?.stop());

describe("the bucket", () => {
  it("SA1 attachments is private, holds 50 MB a file, and neither SVG nor HTML", async () => {
    const { data } = await scene.service.storage.getBucket("attachments");
    expect(data).toMatchObject({ public: false, file_size_limit: 52_428_800 });
    expect(data?.allowed_mime_types).toContain("image/png");
    for (const type of data?.allowed_mime_types ?? []) expect(type).not.toMatch(/svg|html|xml$|script|\*/);
  });

  it.each(["image/svg+xml", "text/html", "application/xhtml+xml", "text/javascript"])(
    "SA2 a file said to be %s is refused, whoever brings it",
    async (type) => {
      const name = `${documentId}/${randomUUID()}`;
      expect(await refusal(filesOf("owner").upload(name, new Blob(["<svg/>"], { type })))).toBe("415");
      const asService = scene.service.storage.from("attachments");
      expect(await refusal(asService.upload(name, "<svg/>", { contentType: type }))).toBe("415");
    },
  );

  it.each(ACTORS)("SA3 %s sees no bucket, makes none, empties none, deletes none", async (actor) => {
    const { storage } = clientOf(actor);
    expect((await storage.listBuckets()).data).toEqual([]);
    expect(await refusal(storage.getBucket("attachments"))).toBe("404");
    expect(await refusal(storage.createBucket(`mine-${randomUUID()}`))).toBe("403");
    expect(await refusal(storage.updateBucket("attachments", { public: true }))).toBe("404");
    expect(await refusal(storage.emptyBucket("attachments"))).toBe("404");
    expect(await refusal(storage.deleteBucket("attachments"))).not.toBeNull();
  });
});

describe.each(ACTORS)("%s", (actor) => {
  const reads = MEMBERS.includes(actor);
  const writes = WRITERS.includes(actor);

  it(`SA4 ${writes ? "attaches a file" : "attaches nothing"}`, async () => {
    const name = `${documentId}/${randomUUID()}`;
    expect(await refusal(filesOf(actor).upload(name, png()))).toBe(writes ? null : "403");
    expect(await isThere(name)).toBe(writes);
  });

  it(`SA5 ${reads ? "downloads" : "downloads nothing"}`, async () => {
    const name = await attach();
    expect(await refusal(filesOf(actor).download(name))).toBe(reads ? null : "404");
    expect(await refusal(filesOf(actor).info(name))).toBe(reads ? null : "404");
    expect((await filesOf(actor).exists(name)).data).toBe(reads);
  });

  it(`SA6 ${reads ? "lists what is attached" : "lists nothing"}`, async () => {
    const name = await attach();
    const inFolder = await filesOf(actor).list(documentId, { limit: 1000 });
    expect(inFolder.error).toBeNull();
    const names = inFolder.data?.map((file) => `${documentId}/${file.name}`) ?? [];
    expect(names.includes(name)).toBe(reads);
    const folders = (await filesOf(actor).list("", { limit: 1000 })).data?.map((folder) => folder.name);
    expect(folders?.includes(documentId)).toBe(reads);
    if (!reads) expect(names).toEqual([]);
  });

  it(`SA7 ${reads ? "signs a URL" : "signs no URL"}`, async () => {
    const name = await attach();
    expect(await refusal(filesOf(actor).createSignedUrl(name, 60))).toBe(reads ? null : "404");
    const { data } = await filesOf(actor).createSignedUrls([name], 60);
    expect(data?.[0]?.signedUrl ?? null).toEqual(reads ? expect.stringContaining(name) : null);
    const upload = filesOf(actor).createSignedUploadUrl(`${documentId}/${randomUUID()}`);
    expect(await refusal(upload)).toBe(writes ? null : "403");
  });

  it(`SA8 ${writes ? "removes a file" : "removes nothing"}`, async () => {
    const name = await attach();
    const { data, error } = await filesOf(actor).remove([name]);
    expect(error).toBeNull();
    expect(data?.map((file) => file.name)).toEqual(writes ? [name] : []);
    if (writes) expect(data?.[0]).toMatchObject({ owner_id: scene.people.editor.id });
    expect(await isThere(name)).toBe(!writes);
  });

  it("SA9 replaces no file, moves none", async () => {
    const name = await attach();
    const before = await (await filesOf("owner").download(name)).data?.text();
    expect(await refusal(filesOf(actor).upload(name, png()))).toMatch(writes ? /^409$/ : /^40[39]$/);
    expect(await refusal(filesOf(actor).upload(name, png(), { upsert: true }))).toBe("403");
    expect(await refusal(filesOf(actor).update(name, png()))).toBe("403");
    expect(await refusal(filesOf(actor).move(name, `${documentId}/${randomUUID()}`))).toBe("404");
    expect(await (await filesOf("owner").download(name)).data?.text()).toBe(before);
  });
});

describe("which document", () => {
  it("SA10 the document in the name decides: a member of another workspace attaches to theirs only", async () => {
    const theirs = (await createDocument(scene.stranger, await homeOf(scene.stranger))).id;
    const name = `${theirs}/${randomUUID()}`;
    expect(await refusal(filesOf("stranger").upload(name, png()))).toBeNull();
    expect(await refusal(filesOf("owner").download(name))).toBe("404");
    expect(await refusal(filesOf("stranger").copy(name, `${documentId}/${randomUUID()}`))).toBe("403");
    expect(await refusal(filesOf("stranger").move(name, `${documentId}/${randomUUID()}`))).toBe("404");
  });

  it("SA11 an attachment is copied to another document by who writes there", async () => {
    const other = (await createDocument(scene.people.owner, scene.workspaceId)).id;
    const name = await attach();
    const copy = `${other}/${randomUUID()}`;
    expect(await refusal(filesOf("viewer").copy(name, copy))).toBe("403");
    expect(await refusal(filesOf("editor").copy(name, copy))).toBeNull();
    expect(await refusal(filesOf("viewer").download(copy))).toBeNull();
  });

  it("SA12 in the trash an attachment is read, and neither added nor removed, until it is restored", async () => {
    const trashed = (await createDocument(scene.people.owner, scene.workspaceId)).id;
    const name = await attach(trashed);
    await must(scene.people.owner.client, "trash_document", { p_document_id: trashed });
    expect(await refusal(filesOf("viewer").download(name))).toBeNull();
    expect(await refusal(filesOf("editor").upload(`${trashed}/${randomUUID()}`, png()))).toBe("403");
    expect((await filesOf("editor").remove([name])).data).toEqual([]);
    await must(scene.people.owner.client, "restore_document", { p_document_id: trashed });
    expect((await filesOf("editor").remove([name])).data).toHaveLength(1);
  });

  it("SA13 with its document deleted forever, nobody but the service reaches an attachment", async () => {
    const gone = (await createDocument(scene.people.owner, scene.workspaceId)).id;
    const name = await attach(gone);
    await must(scene.people.owner.client, "trash_document", { p_document_id: gone });
    await must(scene.people.owner.client, "delete_document_forever", { p_document_id: gone });
    for (const actor of ACTORS) expect(await refusal(filesOf(actor).download(name))).toBe("404");
    expect(await isThere(name)).toBe(true);
  });

  it("SA14 who leaves the workspace loses the attachments at once", async () => {
    const name = await attach();
    const values = { p_workspace_id: scene.workspaceId, p_user_id: scene.people.commenter.id };
    expect(await refusal(filesOf("commenter").download(name))).toBeNull();
    await must(scene.people.owner.client, "remove_member", values);
    expect(await refusal(filesOf("commenter").download(name))).toBe("404");
  });
});

describe("names", () => {
  const uuid = randomUUID();
  it.each([
    ["no folder", () => uuid],
    ["no document", () => `files/${uuid}`],
    ["an empty attachment", () => `${documentId}/x`],
    ["a name of a file", () => `${documentId}/${uuid}/photo.png`],
    ["a name with an ending", () => `${documentId}/${uuid}.png`],
    ["capitals", () => `${documentId.toUpperCase()}/${uuid}`],
    ["a folder above", () => `${documentId}/..%2F${uuid}`],
    ["a document that is not there", () => `${randomUUID()}/${uuid}`],
    ["a quote", () => `${documentId}'/${uuid}`],
    ["a very long name", () => `${documentId}/${"a".repeat(900)}`],
  ])("SA15 with %s is refused and no error of the database", async (_, name) => {
    expect(await refusal(filesOf("owner").upload(name(), png()))).toBe("403");
  });
});
