/** Storage as the unmodified client sees it: files, reading, listing. Runs on any Supabase. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymous } from "./stand-in.ts";
import { openStorage, refused, type StorageScene, text } from "./storage-scene.ts";

let scene: StorageScene;
const bucket = () => scene.admin.storage.from(scene.small);
const shelf = () => scene.admin.storage.from(scene.open);

beforeAll(async () => {
  scene = await openStorage();
});
afterAll(() => scene?.close());

describe("files", () => {
  it("ST1 a file as plain body comes back byte for byte, with its type and its time to keep", async () => {
    const bytes = new Uint8Array(256).map((_, at) => at);
    const options = { contentType: "image/png", cacheControl: "60" };
    const { data, error } = await bucket().upload("st1/all.png", bytes, options);
    expect(error).toBeNull();
    expect(data).toEqual({
      id: expect.any(String),
      path: "st1/all.png",
      fullPath: `${scene.small}/st1/all.png`,
    });
    const file = await bucket().download("st1/all.png");
    expect(file.data?.type).toBe("image/png");
    expect(new Uint8Array((await file.data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes);
    const answer = await scene.raw(`/object/${scene.small}/st1/all.png`);
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
      bucketId: scene.small,
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
    expect(data?.[0]).toMatchObject({ name: "st8", bucket_id: scene.small, owner: null });
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
    const { data } = await bucket().copy("st11/a", "st11/b", { destinationBucket: scene.open });
    expect(data?.path).toBe(`${scene.open}/st11/b`);
    await bucket().remove(["st11/a"]);
    expect(await (await shelf().download("st11/b")).data?.text()).toBe("copied");
    expect((await shelf().info("st11/b")).data?.metadata).toEqual({ by: "ada" });
    const nowhere = shelf().copy("st11/b", "st11/c", { destinationBucket: `none-${scene.small}` });
    expect(await refused(nowhere)).toMatchObject({ statusCode: "404" });
  });
});

describe("reading", () => {
  const partOf = async (range: string) => {
    const headers = {
      authorization: `Bearer ${scene.project.secretKey}`,
      apikey: scene.project.secretKey,
      range,
    };
    const answer = await scene.raw(`/object/${scene.small}/range`, { headers });
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
    const first = await scene.raw(`/object/${scene.small}/st13`);
    await first.text();
    const headers = {
      apikey: scene.project.secretKey,
      authorization: `Bearer ${scene.project.secretKey}`,
      "if-none-match": first.headers.get("etag") ?? "",
    };
    const again = await scene.raw(`/object/${scene.small}/st13`, { headers });
    expect(again.status).toBe(304);
    await bucket().update("st13", "y", text);
    expect((await scene.raw(`/object/${scene.small}/st13`, { headers })).status).toBe(200);
  });

  it("ST14 HEAD says size and type without the file", async () => {
    await bucket().upload("st14", "12345", text);
    const headers = { apikey: scene.project.secretKey, authorization: `Bearer ${scene.project.secretKey}` };
    const answer = await scene.raw(`/object/${scene.small}/st14`, { method: "HEAD", headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-length")).toBe("5");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const none = await scene.raw(`/object/${scene.small}/none`, { method: "HEAD", headers });
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
    const anybody = anonymous(scene.project).storage.from(scene.open);
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
    const answer = await scene.raw(`/object/public/${scene.small}/st17`);
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
