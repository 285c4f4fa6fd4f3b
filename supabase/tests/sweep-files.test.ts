/** The real function that removes unused files: called by the database, closed to others, and what it leaves alone. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocument, homeOf, must } from "./scene.ts";
import { newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";
import { addBlocks, openWriter } from "./writer.ts";

describe("the function", () => {
  let project: Project;
  let person: Person;
  beforeAll(async () => {
    project = await startProject();
    person = await newPerson(project, "Saul");
  });
  afterAll(() => project?.stop());

  const call = (headers: Record<string, string>, method = "POST") =>
    fetch(`${project.url}/functions/v1/sweep-files`, { method, headers });
  const attach = async (documentId: string) => {
    const name = `${documentId}/${randomUUID()}`;
    const { error } = await person.client.storage
      .from("attachments")
      .upload(name, new Blob([name], { type: "image/png" }));
    if (error) throw error;
    return name;
  };
  const isThere = async (name: string) =>
    (await service(project).storage.from("attachments").exists(name)).data === true;
  const endDocument = async (documentId: string) => {
    await must(person.client, "trash_document", { p_document_id: documentId });
    await must(person.client, "delete_document_forever", { p_document_id: documentId });
  };

  it("removes the files of a document that was deleted for good, and no file that is named or young", async () => {
    const doomed = (await createDocument(person, await homeOf(person))).id;
    const trashed = (await createDocument(person, await homeOf(person))).id;
    const writer = await openWriter(person);
    const [gone, shared, inTrash, young, shown] = await Promise.all([
      ...[attach(doomed), attach(doomed), attach(trashed), attach(writer.session.documentId)],
      attach(writer.session.documentId),
    ]);
    await writer.edit((doc) =>
      addBlocks(
        doc,
        ...[shown, shared].map((attachment) => ({
          ...{ type: "image", attrs: { attachment: attachment ?? "" }, text: [], children: [] },
        })),
      ),
    );
    await must(person.client, "trash_document", { p_document_id: trashed });
    await endDocument(doomed);
    expect((await call({ apikey: project.secretKey })).status).toBe(202);
    await until(async () => !(await isThere(gone ?? "")), "the file's end", 20_000);
    const left = await Promise.all([shared, inTrash, young, shown].map((name) => isThere(name ?? "")));
    expect(left).toEqual([true, true, true, true]);
  });

  it("answers health checks, and nobody without key and signature", async () => {
    const signed = { "x-timestamp": `${Math.floor(Date.now() / 1000)}`, "x-nonce": randomUUID() };
    const statuses = [
      (await call({}, "GET")).status,
      (await call({}, "PUT")).status,
      (await call({})).status,
      (await call({ apikey: project.publishableKey })).status,
      (await call({ ...signed, "x-signature": "00".repeat(32) })).status,
    ];
    expect(statuses).toEqual([200, 405, 401, 401, 401]);
  });
});
