/** Storage as the unmodified client sees it: files, listing, limits, refusals, buckets. Runs on any Supabase. */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymous, newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";

let project: Project;
let admin: SupabaseClient;
let ada: Person;
/** Private, at most 1,000 bytes a file, text and PNG. */
const small = `small-${randomUUID()}`;
const open = `open-${randomUUID()}`;
const text = { contentType: "text/plain" };

const bucket = () => admin.storage.from(small);
const shelf = () => admin.storage.from(open);

/** A request past the client, with the secret key unless other headers are given. */
function raw(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { apikey: project.secretKey, authorization: `Bearer ${project.secretKey}` };
  return fetch(`${project.url}/storage/v1${path}`, { headers, ...init });
}

async function refused(asked: PromiseLike<{ error: unknown }>): Promise<Record<string, unknown> | null> {
  const { error } = await asked;
  return error as Record<string, unknown> | null;
}

beforeAll(async () => {
  project = await startProject();
  admin = service(project);
  ada = await newPerson(project);
  const limits = { fileSizeLimit: 1000, allowedMimeTypes: ["text/plain", "image/*"] };
  for (const { error } of [
    await admin.storage.createBucket(small, { public: false, ...limits }),
    await admin.storage.createBucket(open, { public: true }),
  ]) {
    if (error) throw error;
  }
});
afterAll(async () => {
  for (const id of [small, open]) {
    await admin?.storage.emptyBucket(id);
    await admin?.storage.deleteBucket(id);
  }
  await project?.stop();
});

describe("files", () => {
  it("ST1 a file as plain body comes back byte for byte, with its type and its time to keep", async () => {
    const bytes = new Uint8Array(256).map((_, at) => at);
    const options = { contentType: "image/png", cacheControl: "60" };
    const { data, error } = await bucket().upload("st1/all.png", bytes, options);
    expect(error).toBeNull();
    expect(data).toEqual({ id: expect.any(String), path: "st1/all.png", fullPath: `${small}/st1/all.png` });
    const file = await bucket().download("st1/all.png");
    expect(file.data?.type).toBe("image/png");
    expect(new Uint8Array((await file.data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes);
    const answer = await raw(`/object/${small}/st1/all.png`);
    expect(answer.headers.get("cache-control")).toContain("max-age=60");
    expect(answer.headers.get("accept-ranges")).toBe("bytes");
    await answer.arrayBuffer();
  });

  it("ST2 a Blob, sent as a form as browsers do, keeps its type and its metadata", async () => {
    const blob = new Blob(["seen"], { type: "text/plain" });
    const { error } = await bucket().upload("st2", blob, { metadata: { width: 3 }, cacheControl: "7" });
    expect(error).toBeNull();
    const { data } = await bucket().info("st2");
    expect(data).toMatchObject({
      name: "st2",
      size: 4,
      contentType: "text/plain",
      cacheControl: "max-age=7",
      metadata: { width: 3 },
      bucketId: small,
    });
    expect(data?.etag).toMatch(/^"[0-9a-f]+"$/);
    expect(await (await bucket().download("st2")).data?.text()).toBe("seen");
  });

  it("ST3 metadata of a plain body comes with a header", async () => {
    await bucket().upload("st3", "x", { ...text, metadata: { name: "Ünicode" } });
    expect((await bucket().info("st3")).data?.metadata).toEqual({ name: "Ünicode" });
  });

  it("ST4 an empty file is a file", async () => {
    expect(await refused(bucket().upload("st4", "", text))).toBeNull();
    expect((await bucket().info("st4")).data?.size).toBe(0);
    expect((await bucket().download("st4")).data?.size).toBe(0);
  });

  it("ST5 what is there is not replaced unless asked: 409 Duplicate, then upsert and update", async () => {
    const first = (await bucket().upload("st5", "one", text)).data;
    expect(await refused(bucket().upload("st5", "two", text))).toMatchObject({
      status: 400,
      statusCode: "409",
      message: "The resource already exists",
    });
    const second = (await bucket().upload("st5", "two", { ...text, upsert: true })).data;
    expect(second?.id).toBe(first?.id);
    expect(await (await bucket().download("st5")).data?.text()).toBe("two");
    expect(await refused(bucket().update("st5", "three", text))).toBeNull();
    expect(await (await bucket().download("st5")).data?.text()).toBe("three");
  });

  it("ST6 of many who upload the same name at once, one is let in", async () => {
    const tries = Array.from({ length: 8 }, (_, n) => bucket().upload("st6", `from ${n}`, text));
    const errors = (await Promise.all(tries)).map(({ error }) => error);
    expect(errors.filter((error) => error === null)).toHaveLength(1);
    for (const error of errors) if (error) expect(error).toMatchObject({ statusCode: "409" });
    expect(await (await bucket().download("st6")).data?.text()).toMatch(/^from \d$/);
  });

  it("ST7 readers of a file that is replaced see the old one or the new one, whole", async () => {
    await bucket().upload("st7", "0".repeat(500), text);
    const write = async () => {
      for (let n = 1; n < 10; n++) await bucket().update("st7", String(n).repeat(500), text);
    };
    const read = async () => {
      for (let n = 0; n < 20; n++) {
        const seen = (await (await bucket().download("st7")).data?.text()) ?? "";
        expect(seen).toMatch(/^(\d)\1{499}$/);
      }
    };
    await Promise.all([write(), read(), read()]);
  });

  it("ST8 what the service uploads has no owner, by a signed URL neither", async () => {
    const signed = await bucket().createSignedUploadUrl("st8");
    await bucket().uploadToSignedUrl("st8", signed.data?.token ?? "", "x", text);
    const { data } = await bucket().remove(["st8"]);
    expect(data?.[0]).toMatchObject({ name: "st8", bucket_id: small, owner: null });
  });

  it("ST9 remove answers with what was there, and passes over what was not", async () => {
    await bucket().upload("st9/a", "x", text);
    const { data, error } = await bucket().remove(["st9/a", "st9/b"]);
    expect(error).toBeNull();
    expect(data?.map((file) => file.name)).toEqual(["st9/a"]);
    expect((await bucket().exists("st9/a")).data).toBe(false);
  });

  it("ST10 a file is moved with its content, and not onto another", async () => {
    await bucket().upload("st10/from", "moved", text);
    await bucket().upload("st10/taken", "stays", text);
    const onto = bucket().move("st10/from", "st10/taken");
    expect(await refused(onto)).toMatchObject({ statusCode: "409" });
    const { data } = await bucket().move("st10/from", "st10/to");
    expect(data?.message).toBe("Successfully moved");
    expect(await (await bucket().download("st10/to")).data?.text()).toBe("moved");
    expect((await bucket().exists("st10/from")).data).toBe(false);
    expect(await (await bucket().download("st10/taken")).data?.text()).toBe("stays");
    expect(await refused(bucket().move("st10/none", "st10/x"))).toMatchObject({ statusCode: "404" });
  });

  it("ST11 a copy lives on its own, also in another bucket", async () => {
    await bucket().upload("st11/a", "copied", { ...text, metadata: { by: "ada" } });
    const { data } = await bucket().copy("st11/a", "st11/b", { destinationBucket: open });
    expect(data?.path).toBe(`${open}/st11/b`);
    await bucket().remove(["st11/a"]);
    expect(await (await shelf().download("st11/b")).data?.text()).toBe("copied");
    expect((await shelf().info("st11/b")).data?.metadata).toEqual({ by: "ada" });
    const nowhere = shelf().copy("st11/b", "st11/c", { destinationBucket: `none-${small}` });
    expect(await refused(nowhere)).toMatchObject({ statusCode: "404" });
  });
});

describe("reading", () => {
  const partOf = async (range: string) => {
    const headers = { authorization: `Bearer ${project.secretKey}`, apikey: project.secretKey, range };
    const answer = await raw(`/object/${small}/range`, { headers });
    return [answer.status, answer.headers.get("content-range"), await answer.text()];
  };

  it("ST12 a range is served as 206, and one outside the file is refused", async () => {
    await bucket().upload("range", "0123456789", text);
    expect(await partOf("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await partOf("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await partOf("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await partOf("bytes=8-99")).toEqual([206, "bytes 8-9/10", "89"]);
    expect((await partOf("bytes=50-60"))[0]).toBeGreaterThanOrEqual(400);
  });

  it("ST13 who knows the etag is told that nothing changed", async () => {
    await bucket().upload("st13", "x", text);
    const first = await raw(`/object/${small}/st13`);
    await first.text();
    const headers = {
      apikey: project.secretKey,
      authorization: `Bearer ${project.secretKey}`,
      "if-none-match": first.headers.get("etag") ?? "",
    };
    const again = await raw(`/object/${small}/st13`, { headers });
    expect(again.status).toBe(304);
    await bucket().update("st13", "y", text);
    expect((await raw(`/object/${small}/st13`, { headers })).status).toBe(200);
  });

  it("ST14 HEAD says size and type without the file", async () => {
    await bucket().upload("st14", "12345", text);
    const headers = { apikey: project.secretKey, authorization: `Bearer ${project.secretKey}` };
    const answer = await raw(`/object/${small}/st14`, { method: "HEAD", headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-length")).toBe("5");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const none = await raw(`/object/${small}/none`, { method: "HEAD", headers });
    expect(none.status).toBe(400);
  });

  it("ST15 a page of HTML is never served as one", async () => {
    await shelf().upload("st15.html", "<script>1</script>", { contentType: "text/html" });
    const answer = await fetch(shelf().getPublicUrl("st15.html").data.publicUrl);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    await answer.text();
  });

  it("ST16 a public bucket is read by everybody, by name or for download, and written by nobody else", async () => {
    await shelf().upload("st16 a.txt", "open", text);
    const anybody = anonymous(project).storage.from(open);
    const plain = await fetch(anybody.getPublicUrl("st16 a.txt").data.publicUrl);
    expect([plain.status, plain.headers.get("content-disposition")]).toEqual([200, null]);
    expect(await plain.text()).toBe("open");
    const { data } = anybody.getPublicUrl("st16 a.txt", { download: "b.txt" });
    const download = await fetch(data.publicUrl);
    expect(download.headers.get("content-disposition")).toBe(
      "attachment; filename=b.txt; filename*=UTF-8''b.txt;",
    );
    await download.text();
    expect(await (await anybody.download("st16 a.txt")).data?.text()).toBe("open");
    expect((await anybody.list()).data).toEqual([]);
    expect(await refused(anybody.upload("mine", "x", text))).toMatchObject({ statusCode: "403" });
  });

  it("ST17 the public way leads to no private bucket, whoever asks", async () => {
    await bucket().upload("st17", "closed", text);
    const answer = await raw(`/object/public/${small}/st17`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ statusCode: "404", message: "Bucket not found" });
  });
});

describe("listing", () => {
  const names = (data: { name: string }[] | null) => data?.map(({ name }) => name);

  it("ST18 shows one level: files with their facts, folders by name", async () => {
    await Promise.all(
      ["l/b.txt", "l/a.txt", "l/deep/er/x", "l/Deep2/y", "lx"].map((name) =>
        bucket().upload(name, "x", text),
      ),
    );
    const { data } = await bucket().list("l");
    expect(names(data)).toEqual(["a.txt", "b.txt", "deep", "Deep2"]);
    expect(data?.[0]).toMatchObject({
      id: expect.any(String),
      metadata: { size: 1, mimetype: "text/plain" },
    });
    expect(Number.isNaN(Date.parse(data?.[0]?.created_at ?? ""))).toBe(false);
    expect(data?.[2]).toMatchObject({ id: null, metadata: null });
    expect(names((await bucket().list("l/deep")).data)).toEqual(["er"]);
  });

  it("ST19 sorts, pages and searches by the beginning of a name", async () => {
    const down = { sortBy: { column: "name", order: "desc" } };
    expect(names((await bucket().list("l", down)).data)).toEqual(["Deep2", "deep", "b.txt", "a.txt"]);
    expect(names((await bucket().list("l", { limit: 2 })).data)).toEqual(["a.txt", "b.txt"]);
    expect(names((await bucket().list("l", { limit: 2, offset: 1 })).data)).toEqual(["b.txt", "deep"]);
    expect(names((await bucket().list("l", { search: "de" })).data)).toEqual(["deep", "Deep2"]);
    expect(names((await bucket().list("l", { search: "%" })).data)).toEqual([]);
    const byTime = { sortBy: { column: "created_at", order: "asc" } };
    expect(
      names((await bucket().list("l", byTime)).data)
        ?.slice(0, 2)
        .sort(),
    ).toEqual(["Deep2", "deep"]);
    expect((await bucket().list("nowhere")).data).toEqual([]);
  });

  it("ST20 by prefix and cursor, every file comes once", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data, error } = await bucket().listV2({
        prefix: "l/",
        limit: 1,
        ...(cursor ? { cursor } : {}),
      });
      expect(error).toBeNull();
      seen.push(...(data?.objects.map(({ name }) => name) ?? []));
      cursor = data?.nextCursor;
    } while (cursor);
    expect(seen).toEqual(["l/Deep2/y", "l/a.txt", "l/b.txt", "l/deep/er/x"]);
    const { data } = await bucket().listV2({ prefix: "l/", with_delimiter: true });
    expect(data?.folders.map(({ name }) => name)).toEqual(["l/Deep2/", "l/deep/"]);
    expect(data?.objects.map(({ name }) => name)).toEqual(["l/a.txt", "l/b.txt"]);
  });
});

describe("refusals", () => {
  it("ST21 what is not there: status 400, 404 inside, a code", async () => {
    const none = await raw(`/object/${small}/none`);
    expect(none.status).toBe(400);
    expect(await none.json()).toMatchObject({
      statusCode: "404",
      error: "not_found",
      message: "Object not found",
      code: "NoSuchKey",
    });
    expect(await refused(admin.storage.from("none").download("x"))).toMatchObject({
      statusCode: "404",
      message: "Bucket not found",
    });
    expect(await refused(admin.storage.from("none").upload("x", "x", text))).toMatchObject({
      statusCode: "404",
    });
  });

  it.each([
    ["as a plain body", () => "x".repeat(1001)],
    ["as a form", () => new Blob(["x".repeat(1001)], { type: "text/plain" })],
  ])(
    "ST22 a file over the bucket's limit %s is refused with 413 inside, and nothing is kept",
    async (_, file) => {
      const name = `st22/${randomUUID()}`;
      expect(await refused(bucket().upload(name, file(), text))).toMatchObject({
        status: 400,
        statusCode: "413",
        message: "The object exceeded the maximum allowed size",
      });
      expect((await bucket().exists(name)).data).toBe(false);
      expect(await refused(bucket().upload(name, "x".repeat(1000), text))).toBeNull();
    },
  );

  it("ST23 a type that the bucket does not take is refused with 415 inside; a star takes a family", async () => {
    expect(await refused(bucket().upload("st23", "x", { contentType: "text/html" }))).toMatchObject({
      statusCode: "415",
      message: "mime type text/html is not supported",
    });
    expect(await refused(bucket().upload("st23", "x", { contentType: "nonsense" }))).toMatchObject({
      statusCode: "415",
    });
    expect(await refused(bucket().upload("st23", "x", { contentType: "image/webp" }))).toBeNull();
  });

  it.each([
    "ünicode.png",
    "a#b",
    "back\\slash",
    "a%5Eb",
    "tab%09",
    "<b>",
    "{}",
    "a`b",
    "[1]",
    '"q"',
    "a|b",
    "a~b",
  ])("ST24 the name %s is refused", async (name) => {
    const answer = await raw(`/object/${small}/st24/${encodeURIComponent(decodeURIComponent(name))}`, {
      method: "POST",
      body: "x",
      headers: {
        apikey: project.secretKey,
        authorization: `Bearer ${project.secretKey}`,
        "content-type": "text/plain",
      },
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ statusCode: "400", code: "InvalidKey" });
  });

  it.each(["a b", "it's", "a&b", "$x", "a@b.c", "a=b;c", "a:b+c,d", "(1)!*-.", "..%2F..%2Fetc%2Fpasswd"])(
    "ST25 the name %s is a name like any other, and leads nowhere else",
    async (encoded) => {
      const name = `st25/${decodeURIComponent(encoded)}`;
      const path = `/object/${small}/st25/${encodeURIComponent(decodeURIComponent(encoded))}`;
      const headers = {
        apikey: project.secretKey,
        authorization: `Bearer ${project.secretKey}`,
        "content-type": "text/plain",
      };
      const put = await raw(path, { method: "POST", body: name, headers });
      expect(put.status).toBe(200);
      expect(await put.json()).toMatchObject({ Key: `${small}/${name}` });
      expect(await (await raw(path)).text()).toBe(name);
    },
  );

  it("ST26 a person without a policy writes nothing and sees nothing", async () => {
    await bucket().upload("st26", "x", text);
    const hers = ada.client.storage.from(small);
    expect(await refused(hers.upload("mine", "x", text))).toMatchObject({
      status: 400,
      statusCode: "403",
      message: "new row violates row-level security policy",
    });
    expect(await refused(hers.download("st26"))).toMatchObject({ statusCode: "404" });
    expect(await refused(hers.createSignedUrl("st26", 60))).toMatchObject({ statusCode: "404" });
    expect((await hers.list()).data).toEqual([]);
    expect((await hers.remove(["st26"])).data).toEqual([]);
    expect((await bucket().exists("st26")).data).toBe(true);
  });

  it("ST27 a token that is forged or of another project is refused; a private file needs one", async () => {
    const headers = { apikey: project.publishableKey, authorization: "Bearer eyJh.eyJh.eyJh" };
    const forged = await raw(`/object/list/${small}`, {
      method: "POST",
      body: '{"prefix":""}',
      headers: { ...headers, "content-type": "application/json" },
    });
    expect(forged.status).toBeGreaterThanOrEqual(400);
    const keyless = await raw(`/object/${small}/st26`, { headers: {} });
    expect(keyless.status).toBeGreaterThanOrEqual(400);
    await Promise.all([forged.text(), keyless.text()]);
  });

  it("ST28 a body of another form is refused, not an error of the server", async () => {
    const headers = {
      apikey: project.secretKey,
      authorization: `Bearer ${project.secretKey}`,
      "content-type": "application/json",
    };
    for (const [path, body] of [
      [`/object/list/${small}`, "{}"],
      [`/object/list/${small}`, '{"prefix":"","limit":"many"}'],
      [`/object/list/${small}`, '{"prefix":"","sortBy":{"column":"drop table"}}'],
      [`/object/sign/${small}/x`, "{}"],
      [`/object/sign/${small}/x`, '{"expiresIn":0}'],
      [`/object/sign/${small}`, '{"expiresIn":5,"paths":[]}'],
      ["/object/move", '{"bucketId":"x"}'],
      ["/bucket", "[]"],
    ]) {
      const answer = await raw(String(path), { method: "POST", body: String(body), headers });
      expect([path, body, answer.status]).toEqual([path, body, 400]);
      await answer.text();
    }
  });
});

describe("buckets", () => {
  const id = `third-${randomUUID()}`;

  it("ST29 the service makes, shows, changes, lists and deletes one", async () => {
    const limits = { fileSizeLimit: "2KB", allowedMimeTypes: ["text/plain"] };
    expect((await admin.storage.createBucket(id, { public: false, ...limits })).data).toEqual({ name: id });
    expect(await refused(admin.storage.createBucket(id))).toMatchObject({ statusCode: "409" });
    const made = (await admin.storage.getBucket(id)).data;
    expect(made).toMatchObject({ id, name: id, public: false, file_size_limit: 2000, type: "STANDARD" });
    const change = { public: true, fileSizeLimit: null, allowedMimeTypes: null };
    expect(await refused(admin.storage.updateBucket(id, change))).toBeNull();
    const changed = (await admin.storage.getBucket(id)).data;
    expect(changed).toMatchObject({ public: true, file_size_limit: null, allowed_mime_types: null });
    const { data } = await admin.storage.listBuckets({ search: id.slice(0, 12), limit: 5 });
    expect(data?.map((one) => one.id)).toContain(id);
  });

  it("ST30 one that holds files is not deleted; emptied, it is", async () => {
    await admin.storage.from(id).upload("x", "x", text);
    expect(await refused(admin.storage.deleteBucket(id))).toMatchObject({
      statusCode: "409",
      message: "The bucket you tried to delete is not empty",
    });
    expect(await refused(admin.storage.emptyBucket(id))).toBeNull();
    expect((await admin.storage.from(id).exists("x")).data).toBe(false);
    expect(await refused(admin.storage.deleteBucket(id))).toBeNull();
    expect(await refused(admin.storage.getBucket(id))).toMatchObject({
      statusCode: "404",
      message: "Bucket not found",
    });
  });

  it.each(["a/b", "ü", "", "a#b"])("ST31 the name '%s' is refused", async (name) => {
    expect(await refused(admin.storage.createBucket(name))).toMatchObject({ status: 400 });
  });

  it("ST32 a limit over the project's, or of another form, is refused", async () => {
    const create = (fileSizeLimit: string | number) =>
      refused(admin.storage.createBucket(`never-${randomUUID()}`, { public: false, fileSizeLimit }));
    expect(await create("5000GB")).toMatchObject({ statusCode: "413" });
    expect(await create("much")).toMatchObject({ statusCode: "400" });
  });
});

describe("what a plan without it answers", () => {
  it("ST33 a transformed image is refused, and signing with a transformation gives the plain file", async (context) => {
    if (!project.standIn) context.skip("a hosted project's plan may have transformations");
    await bucket().upload("st33", "x", { contentType: "image/png" });
    const transform = { width: 10 };
    const answer = await raw(`/render/image/authenticated/${small}/st33?width=10`);
    expect([answer.status, (await answer.json()).error]).toEqual([403, "FeatureNotEnabled"]);
    const { data } = await bucket().createSignedUrl("st33", 60, { transform });
    expect(data?.signedUrl).toContain("/object/sign/");
  });

  it("ST34 resumable uploads, S3 and the purge of caches are not there, and say so", async (context) => {
    if (!project.standIn) context.skip("hosted projects have them");
    const headers = { apikey: project.secretKey, authorization: `Bearer ${project.secretKey}` };
    const tus = await raw("/upload/resumable", { method: "POST", headers });
    expect([tus.status, (await tus.json()).error]).toEqual([404, "Not Found"]);
    const s3 = await raw(`/s3/${small}/x`, { headers });
    expect([s3.status, (await s3.json()).error]).toEqual([404, "Not Found"]);
    expect(await refused(bucket().purgeCache("x"))).toMatchObject({ status: 403 });
  });

  it("ST35 versions of objects and rules for their life are not there", async (context) => {
    if (!project.standIn) context.skip("hosted projects have them");
    expect(await refused(admin.storage.getBucketLifecycle(small))).toMatchObject({ status: 404 });
    await bucket().upload("st35", "one", text);
    const first = (await bucket().info("st35")).data?.version;
    await bucket().update("st35", "two", text);
    const old = await bucket().download("st35", { versionId: String(first) });
    expect(await old.data?.text()).toBe("two");
  });

  it("ST36 a body over 60 MB ends before Storage, with 413", async (context) => {
    if (!project.standIn) context.skip("hosted gateways have limits of their own");
    const refusal = await refused(bucket().upload("st36", new Uint8Array(61 * 1024 * 1024), text));
    // The connection may be gone before the client has read why.
    expect([413, undefined]).toContain(refusal?.status);
    expect(refusal).not.toBeNull();
    expect((await bucket().exists("st36")).data).toBe(false);
  });
});
