/** Signed URLs of Storage: they work without a login until they end, for one object and one use, unaltered. */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildScene, createDocument, must, type Scene } from "./scene.ts";
import { anonymous, type Project, readKeys, service, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";

let project: Project;
let scene: Scene;
let documentId: string;
let nobody: SupabaseClient;

const mine = () => scene.people.editor.client.storage.from("attachments");
const newName = () => `${documentId}/${randomUUID()}`;
const png = (content: string) => new Blob([content], { type: "image/png" });

async function attach(content = "content"): Promise<string> {
  const name = newName();
  const { error } = await mine().upload(name, png(content));
  if (error) throw error;
  return name;
}

async function signed(name: string, seconds = 60, options?: { download: string | boolean }): Promise<string> {
  const { data, error } = await mine().createSignedUrl(name, seconds, options);
  if (error) throw error;
  return data.signedUrl;
}

async function refusalOf(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) };
}

beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
  documentId = (await createDocument(scene.people.owner, scene.workspaceId)).id;
  nobody = anonymous(project);
});
afterAll(() => project?.stop());

describe("reading", () => {
  it("SS1 without login and key the file comes, with its type, an end, and never guessed at", async () => {
    const answer = await fetch(await signed(await attach("seen")));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("content-disposition")).toBeNull();
    expect(await answer.text()).toBe("seen");
  });

  it("SS2 browsers are told not to guess another type", async (context) => {
    if (!project.standIn) context.skip("on hosted projects the network before Storage may add it");
    const answer = await fetch(await signed(await attach()));
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(Date.parse(answer.headers.get("expires") ?? "")).toBeGreaterThan(Date.now());
    await answer.text();
  });

  it("SS3 with a name to download by, it is an attachment", async () => {
    const name = await attach();
    const named = await fetch(await signed(name, 60, { download: "my plan.png" }));
    expect(named.headers.get("content-disposition")).toMatch(
      /^attachment; filename=my.*plan\.png; filename\*=/,
    );
    const unnamed = await fetch(await signed(name, 60, { download: true }));
    expect(unnamed.headers.get("content-disposition")).toBe("attachment;");
    await Promise.all([named.text(), unnamed.text()]);
  });

  it("SS4 a quote or a line break in that name makes no header of its own", async () => {
    const url = await signed(await attach());
    const answer = await fetch(`${url}&download=${encodeURIComponent('a";\r\nx-evil: 1; b="c')}`);
    expect(answer.headers.get("x-evil")).toBeNull();
    expect(answer.headers.get("content-disposition")).toContain("attachment; filename=a%22%3B%0D%0A");
    await answer.text();
  });

  it("SS5 ranges work through it", async () => {
    const answer = await fetch(await signed(await attach("0123456789")), { headers: { range: "bytes=3-5" } });
    expect([answer.status, await answer.text()]).toEqual([206, "345"]);
  });

  it("SS6 it ends when it was said to end", async () => {
    const name = await attach();
    const url = await signed(name, 2);
    expect((await fetch(url)).status).toBe(200);
    await until(async () => (await fetch(url)).status === 400, "the end of the URL");
    expect(await refusalOf(url)).toMatchObject({
      statusCode: "400",
      error: "InvalidJWT",
      message: '"exp" claim timestamp check failed',
    });
  });

  it("SS7 a file that was removed is gone for its URLs, too", async () => {
    const name = await attach();
    const url = await signed(name);
    await mine().remove([name]);
    expect(await refusalOf(url)).toMatchObject({ status: 400, statusCode: "404" });
  });

  it("SS8 it outlives the membership of who signed it, until its end", async () => {
    const leaver = scene.exMember;
    const { data } = await leaver.client.storage.from("attachments").createSignedUrl(await attach(), 60);
    await must(scene.people.owner.client, "remove_member", {
      p_workspace_id: scene.workspaceId,
      p_user_id: leaver.id,
    });
    const answer = await fetch(data?.signedUrl ?? "");
    expect(answer.status).toBe(200);
    await answer.text();
  });

  it("SS9 many at once: each its own, one that may not be read has an error", async () => {
    const [a, b] = [await attach("a"), await attach("b")];
    const foreign = `${randomUUID()}/${randomUUID()}`;
    const { data } = await mine().createSignedUrls([a, foreign, b], 60);
    expect(data?.map(({ path, error }) => [path, error === null])).toEqual([
      [a, true],
      [foreign, false],
      [b, true],
    ]);
    expect(await (await fetch(data?.[2]?.signedUrl ?? "")).text()).toBe("b");
    expect(data?.[1]?.signedUrl).toBeNull();
  });
});

describe("forging", () => {
  it("SS10 a token that was altered at any place is refused", async () => {
    const url = new URL(await signed(await attach()));
    const token = url.searchParams.get("token") ?? "";
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === "A" ? "B" : "A";
      url.searchParams.set("token", token.slice(0, at) + other + token.slice(at + 1));
      expect(await refusalOf(url.href)).toMatchObject({ status: 400 });
    }
    for (const bad of ["", ".", "..", "a.b.c", token.slice(0, -5), `${token}x`, `${token}.x`]) {
      url.searchParams.set("token", bad);
      expect((await refusalOf(url.href)).status).toBe(400);
    }
    url.searchParams.delete("token");
    expect((await refusalOf(url.href)).status).toBe(400);
  });

  it("SS11 the token of one object opens no other", async () => {
    const [a, b] = [await attach(), await attach()];
    const url = await signed(a);
    expect(await refusalOf(url.replace(a, b))).toMatchObject({ status: 400, error: "InvalidSignature" });
    for (const path of [`${a}x`, a.slice(0, -1), `${a}/..`, a.replace("/", "//")]) {
      expect((await refusalOf(url.replace(a, path))).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("SS12 an access token or a key is no token of a URL", async () => {
    const url = new URL(await signed(await attach()));
    const session = (await scene.people.editor.client.auth.getSession()).data.session;
    for (const other of [session?.access_token ?? "", project.secretKey, project.publishableKey]) {
      url.searchParams.set("token", other);
      expect((await refusalOf(url.href)).status).toBe(400);
    }
  });

  it("SS13 one without a signature, or signed with the secret of access tokens, is refused", async (context) => {
    if (!project.folder) context.skip("only the stand-in shows its keys");
    const { createHmac } = await import("node:crypto");
    const { jwtSecret } = await readKeys(project);
    const name = await attach();
    const url = new URL(await signed(name));
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const exp = Math.floor(Date.now() / 1000) + 60;
    const body = encode({ url: `attachments/${name}`, use: "download", exp });
    const strong = `${encode({ alg: "HS256", typ: "JWT" })}.${body}`;
    const hmac = createHmac("sha256", jwtSecret).update(strong).digest("base64url");
    for (const token of [
      `${encode({ alg: "none" })}.${body}.`,
      `${encode({ alg: "none" })}.${body}.x`,
      `${strong}.${hmac}`,
    ]) {
      url.searchParams.set("token", token);
      expect(await refusalOf(url.href)).toMatchObject({ status: 400, error: "InvalidJWT" });
    }
  });

  it("SS14 the token of a URL is no access token", async () => {
    const token = new URL(await signed(await attach())).searchParams.get("token");
    const answer = await fetch(`${project.url}/rest/v1/documents?select=id`, {
      headers: { apikey: project.publishableKey, authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(401);
    await answer.text();
  });
});

describe("uploading", () => {
  it("SS15 without login a file is put where the URL says, once, and belongs to who signed", async () => {
    const name = newName();
    const { data } = await mine().createSignedUploadUrl(name);
    const token = data?.token ?? "";
    const theirs = nobody.storage.from("attachments");
    expect((await theirs.uploadToSignedUrl(name, token, png("sent"))).error).toBeNull();
    const again = await theirs.uploadToSignedUrl(name, token, png("again"));
    expect(again.error).toMatchObject({ statusCode: "409" });
    expect(await (await mine().download(name)).data?.text()).toBe("sent");
    expect((await mine().remove([name])).data?.[0]).toMatchObject({ owner_id: scene.people.editor.id });
  });

  it("SS16 its token serves for no other name, and for no reading", async () => {
    const name = newName();
    const { data } = await mine().createSignedUploadUrl(name);
    const theirs = nobody.storage.from("attachments");
    const other = await theirs.uploadToSignedUrl(newName(), data?.token ?? "", png("x"));
    expect(other.error).toMatchObject({ status: 400 });
    await theirs.uploadToSignedUrl(name, data?.token ?? "", png("x"));
    const url = await signed(name);
    const reading = url.replace(/token=[^&]+/, `token=${data?.token}`);
    if (project.standIn) expect((await refusalOf(reading)).status).toBe(400);
  });

  it("SS17 the token for reading uploads nothing", async () => {
    const name = await attach("first");
    const token = new URL(await signed(name)).searchParams.get("token") ?? "";
    const theirs = nobody.storage.from("attachments");
    expect((await theirs.uploadToSignedUrl(name, token, png("x"), { upsert: true })).error).not.toBeNull();
    expect(await (await mine().download(name)).data?.text()).toBe("first");
  });

  it("SS18 type and size are kept through it", async () => {
    const name = newName();
    const { data } = await mine().createSignedUploadUrl(name);
    const svg = new Blob(["<svg/>"], { type: "image/svg+xml" });
    const { error } = await nobody.storage
      .from("attachments")
      .uploadToSignedUrl(name, data?.token ?? "", svg);
    expect(error).toMatchObject({ statusCode: "415" });
  });

  it("SS19 an URL that may replace is given to nobody who may not", async () => {
    const name = await attach();
    expect((await mine().createSignedUploadUrl(name)).error).toMatchObject({ statusCode: "409" });
    const { error } = await mine().createSignedUploadUrl(name, { upsert: true });
    expect(error).toMatchObject({ statusCode: "403" });
    const asService = service(project).storage.from("attachments");
    expect((await asService.createSignedUploadUrl(name, { upsert: true })).error).toBeNull();
  });
});
