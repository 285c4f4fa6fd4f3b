/** What Storage refuses and in which words, buckets, and what a project without some features answers. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPerson, type Person } from "./stand-in.ts";
import { openStorage, refused, type StorageScene, text } from "./storage-scene.ts";

let scene: StorageScene;
let ada: Person;
const bucket = () => scene.admin.storage.from(scene.small);

beforeAll(async () => {
  scene = await openStorage();
  ada = await newPerson(scene.project);
});
afterAll(() => scene?.close());

describe("refusals", () => {
  it("ST21 what is not there: status 400, 404 inside, a code", async () => {
    const none = await scene.raw(`/object/${scene.small}/none`);
    expect(none.status).toBe(400);
    expect(await none.json()).toMatchObject({
      statusCode: "404",
      error: "not_found",
      message: "Object not found",
      code: "NoSuchKey",
    });
    expect(await refused(scene.admin.storage.from("none").download("x"))).toMatchObject({
      statusCode: "404",
      message: "Bucket not found",
    });
    expect(await refused(scene.admin.storage.from("none").upload("x", "x", text))).toMatchObject({
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
    const answer = await scene.raw(
      `/object/${scene.small}/st24/${encodeURIComponent(decodeURIComponent(name))}`,
      {
        method: "POST",
        body: "x",
        headers: {
          apikey: scene.project.secretKey,
          authorization: `Bearer ${scene.project.secretKey}`,
          "content-type": "text/plain",
        },
      },
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ statusCode: "400", code: "InvalidKey" });
  });

  it.each(["a b", "it's", "a&b", "$x", "a@b.c", "a=b;c", "a:b+c,d", "(1)!*-.", "..%2F..%2Fetc%2Fpasswd"])(
    "ST25 the name %s is a name like any other, and leads nowhere else",
    async (encoded) => {
      const name = `st25/${decodeURIComponent(encoded)}`;
      const path = `/object/${scene.small}/st25/${encodeURIComponent(decodeURIComponent(encoded))}`;
      const headers = {
        apikey: scene.project.secretKey,
        authorization: `Bearer ${scene.project.secretKey}`,
        "content-type": "text/plain",
      };
      const put = await scene.raw(path, { method: "POST", body: name, headers });
      expect(put.status).toBe(200);
      expect(await put.json()).toMatchObject({ Key: `${scene.small}/${name}` });
      expect(await (await scene.raw(path)).text()).toBe(name);
    },
  );

  it("ST26 a person without a policy writes nothing and sees nothing", async () => {
    await bucket().upload("st26", "x", text);
    const hers = ada.client.storage.from(scene.small);
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
    const headers = { apikey: scene.project.publishableKey, authorization: "Bearer eyJh.eyJh.eyJh" };
    const forged = await scene.raw(`/object/list/${scene.small}`, {
      method: "POST",
      body: '{"prefix":""}',
      headers: { ...headers, "content-type": "application/json" },
    });
    expect(forged.status).toBeGreaterThanOrEqual(400);
    const keyless = await scene.raw(`/object/${scene.small}/st26`, { headers: {} });
    expect(keyless.status).toBeGreaterThanOrEqual(400);
    await Promise.all([forged.text(), keyless.text()]);
  });

  it("ST28 a body of another form is refused, not an error of the server", async () => {
    const headers = {
      apikey: scene.project.secretKey,
      authorization: `Bearer ${scene.project.secretKey}`,
      "content-type": "application/json",
    };
    for (const [path, body] of [
      [`/object/list/${scene.small}`, "{}"],
      [`/object/list/${scene.small}`, '{"prefix":"","limit":"many"}'],
      [`/object/list/${scene.small}`, '{"prefix":"","sortBy":{"column":"drop table"}}'],
      [`/object/sign/${scene.small}/x`, "{}"],
      [`/object/sign/${scene.small}/x`, '{"expiresIn":0}'],
      [`/object/sign/${scene.small}`, '{"expiresIn":5,"paths":[]}'],
      ["/object/move", '{"bucketId":"x"}'],
      ["/bucket", "[]"],
    ]) {
      const answer = await scene.raw(String(path), { method: "POST", body: String(body), headers });
      expect([path, body, answer.status]).toEqual([path, body, 400]);
      await answer.text();
    }
  });
});

describe("buckets", () => {
  const id = `third-${randomUUID()}`;

  it("ST29 the service makes, shows, changes, lists and deletes one", async () => {
    const limits = { fileSizeLimit: "2KB", allowedMimeTypes: ["text/plain"] };
    expect((await scene.admin.storage.createBucket(id, { public: false, ...limits })).data).toEqual({
      name: id,
    });
    expect(await refused(scene.admin.storage.createBucket(id))).toMatchObject({ statusCode: "409" });
    const made = (await scene.admin.storage.getBucket(id)).data;
    expect(made).toMatchObject({ id, name: id, public: false, file_size_limit: 2000, type: "STANDARD" });
    const change = { public: true, fileSizeLimit: null, allowedMimeTypes: null };
    expect(await refused(scene.admin.storage.updateBucket(id, change))).toBeNull();
    const changed = (await scene.admin.storage.getBucket(id)).data;
    expect(changed).toMatchObject({ public: true, file_size_limit: null, allowed_mime_types: null });
    const { data } = await scene.admin.storage.listBuckets({ search: id.slice(0, 12), limit: 5 });
    expect(data?.map((one) => one.id)).toContain(id);
  });

  it("ST30 one that holds files is not deleted; emptied, it is", async () => {
    await scene.admin.storage.from(id).upload("x", "x", text);
    expect(await refused(scene.admin.storage.deleteBucket(id))).toMatchObject({
      statusCode: "409",
      message: "The bucket you tried to delete is not empty",
    });
    expect(await refused(scene.admin.storage.emptyBucket(id))).toBeNull();
    expect((await scene.admin.storage.from(id).exists("x")).data).toBe(false);
    expect(await refused(scene.admin.storage.deleteBucket(id))).toBeNull();
    expect(await refused(scene.admin.storage.getBucket(id))).toMatchObject({
      statusCode: "404",
      message: "Bucket not found",
    });
  });

  it.each(["a/b", "ü", "", "a#b"])("ST31 the name '%s' is refused", async (name) => {
    expect(await refused(scene.admin.storage.createBucket(name))).toMatchObject({ status: 400 });
  });

  it("ST32 a limit over the project's, or of another form, is refused", async () => {
    const create = (fileSizeLimit: string | number) =>
      refused(scene.admin.storage.createBucket(`never-${randomUUID()}`, { public: false, fileSizeLimit }));
    expect(await create("5000GB")).toMatchObject({ statusCode: "413" });
    expect(await create("much")).toMatchObject({ statusCode: "400" });
  });
});

describe("what a plan without it answers", () => {
  it("ST33 a transformed image is refused, and signing with a transformation gives the plain file", async (context) => {
    if (!scene.project.standIn) context.skip("a hosted project's plan may have transformations");
    await bucket().upload("st33", "x", { contentType: "image/png" });
    const transform = { width: 10 };
    const answer = await scene.raw(`/render/image/authenticated/${scene.small}/st33?width=10`);
    expect([answer.status, (await answer.json()).error]).toEqual([403, "FeatureNotEnabled"]);
    const { data } = await bucket().createSignedUrl("st33", 60, { transform });
    expect(data?.signedUrl).toContain("/object/sign/");
  });

  it("ST34 resumable uploads, S3 and the purge of caches are not there, and say so", async (context) => {
    if (!scene.project.standIn) context.skip("hosted projects have them");
    const headers = { apikey: scene.project.secretKey, authorization: `Bearer ${scene.project.secretKey}` };
    const tus = await scene.raw("/upload/resumable", { method: "POST", headers });
    expect([tus.status, (await tus.json()).error]).toEqual([404, "Not Found"]);
    const s3 = await scene.raw(`/s3/${scene.small}/x`, { headers });
    expect([s3.status, (await s3.json()).error]).toEqual([404, "Not Found"]);
    expect(await refused(bucket().purgeCache("x"))).toMatchObject({ status: 403 });
  });

  it("ST35 versions of objects and rules for their life are not there", async (context) => {
    if (!scene.project.standIn) context.skip("hosted projects have them");
    expect(await refused(scene.admin.storage.getBucketLifecycle(scene.small))).toMatchObject({ status: 404 });
    await bucket().upload("st35", "one", text);
    const first = (await bucket().info("st35")).data?.version;
    await bucket().update("st35", "two", text);
    const old = await bucket().download("st35", { versionId: String(first) });
    expect(await old.data?.text()).toBe("two");
  });

  it("ST36 a body over 60 MB ends before Storage, with 413", async (context) => {
    if (!scene.project.standIn) context.skip("hosted gateways have limits of their own");
    const refusal = await refused(bucket().upload("st36", new Uint8Array(61 * 1024 * 1024), text));
    // The connection may be gone before the client has read why.
    expect([413, undefined]).toContain(refusal?.status);
    expect(refusal).not.toBeNull();
    expect((await bucket().exists("st36")).data).toBe(false);
  });
});
