/** Older, equal and newer programs on one document, over the real protocols: a server that knows versions up to 3. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  join as admit,
  append,
  base64,
  call,
  createDocument,
  homeOf,
  must,
  openSession,
} from "../../supabase/tests/scene.ts";
import { newPerson, type Person, type Project, startProject } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import { addBlocks, paragraph, readRows } from "../../supabase/tests/writer.ts";
import { formatText, insertText } from "../core/block-edit.ts";
import { BlockMap } from "../core/block-map.ts";
import { EMBED_MARK, OBJECT_CHARACTER } from "../core/strand.ts";
import { systemClock } from "./clock.ts";
import { DocumentSession } from "./document-session.ts";
import { createMemoryOutbox } from "./outbox.ts";
import { createMemoryLocks } from "./session-locks.ts";
import { createSupabaseTransport } from "./supabase-transport.ts";
import { WorkspaceChannels } from "./workspace-channel.ts";

vi.setConfig({ testTimeout: 60_000 });
const isElsewhere = Boolean(process.env.SUPABASE_URL);

let folder: string;
let project: Project;
let ada: Person;
let vera: Person;
let workspaceId: string;
const opened: DocumentSession[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "versions-"));
  await cp(resolve(import.meta.dirname, "../../supabase/migrations"), folder, { recursive: true });
  // What the migration of a newer version does.
  const known = "create or replace function private.known_schema_version() returns bigint";
  const more = `${known} language sql immutable set search_path = '' as $$ select 3::bigint $$;`;
  await writeFile(join(folder, "29990101000000_newer.sql"), more);
  project = await startProject({ args: ["--migrations", folder] });
  ada = await newPerson(project, "Ada");
  vera = await newPerson(project, "Vera");
  workspaceId = await homeOf(ada);
  await admit(ada, workspaceId, vera, "viewer");
}, 120_000);
afterEach(async () => {
  await Promise.all(opened.splice(0).map((session) => session.destroy()));
});
afterAll(async () => {
  await project?.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

/** A tab of a program of that version; without the socket when it is not `live`. */
async function open(documentId: string, schemaVersion: number, live = false): Promise<DocumentSession> {
  const { log, realtime } = createSupabaseTransport(ada.client);
  const session = new DocumentSession({
    ...{ documentId, userId: ada.id, log, schemaVersion },
    outbox: Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
    ...(live
      ? { live: { realtime, workspaces: new WorkspaceChannels(realtime, systemClock, Math.random) } }
      : {}),
  });
  opened.push(session);
  await session.ready;
  return session;
}
const raise = (documentId: string, p_version: number, client = ada.client) =>
  call<number>(client, "raise_schema_version", { p_document_id: documentId, p_version });
const headOf = async (p_document_id: string) =>
  (await must<{ headSeq: number }>(ada.client, "pull_updates", { p_document_id })).headSeq;
const statusOf = (session: DocumentSession) => session.status.getSnapshot();

/** What a program of that version may not know: a block type, a mark, an attribute, an inline object. */
function addUnknown({ doc }: DocumentSession): void {
  addBlocks(doc, { ...paragraph("hello world"), type: "mood-board", attrs: { colour: "sea", deep: [1, 2] } });
  const map = new BlockMap(doc);
  const [id] = map.outline().items.map((item) => item.id);
  if (id === undefined) throw new Error("there is no block");
  formatText(map, id, 0, 5, { sparkle: { n: 3 } });
  insertText(map, id, 5, { text: OBJECT_CHARACTER, marks: { [EMBED_MARK]: { mention: "x" } } });
  map.destroy();
}

test("VS4 of a document of version 2, program 1 reads and sends 0 bytes; 2 and 3 write; what they do not know stays", async () => {
  const { id } = await createDocument(ada, workspaceId);
  expect((await raise(id, 2)).value).toBe(2);
  const maker = await open(id, 2);
  addUnknown(maker);
  await maker.whenSaved();
  await until(async () => (await readRows(ada, id)).length === 1, "the block's row");
  const [before] = await readRows(ada, id);
  expect(before).toMatchObject({ type: "mood-board", content: { attrs: { colour: "sea", deep: [1, 2] } } });
  const head = await headOf(id);

  const older = await open(id, 1);
  expect(statusOf(older)).toMatchObject({ isWritable: false, problem: "newer-version" });
  addBlocks(older.doc, paragraph("of the older program"));
  await expect(older.whenSaved()).rejects.toMatchObject({ reason: "newer-version" });
  expect(await headOf(id)).toBe(head);
  expect(older.unsentUpdates().length).toBeGreaterThan(0);
  // Not even a program that does not ask itself.
  const blind = await openSession(ada, id);
  expect((await append(ada.client, blind, [{ clientSeq: 1, data: base64("x") }])).refusal).toBe(
    "409 newer_version",
  );

  for (const version of [2, 3]) {
    const tab = await open(id, version);
    addBlocks(tab.doc, paragraph(`beside, by ${version}`));
    await tab.whenSaved();
  }
  await until(async () => (await readRows(ada, id)).length === 3, "the rows beside it");
  const rows = await readRows(ada, id);
  expect(rows.find((row) => row.id === before?.id)).toEqual(before);
  expect(rows.map((row) => row.plain_text).sort()).toEqual(
    ["beside, by 2", "beside, by 3", before?.plain_text].sort(),
  );
});

test("VS4 raised while it is open, the document is read-only in the older program's tab, by the socket's word", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const older = await open(id, 1, true);
  await until(() => statusOf(older).connection === "live", "the socket");
  expect(statusOf(older).isWritable).toBe(true);
  const at = performance.now();
  await raise(id, 2);
  await until(() => statusOf(older).problem === "newer-version", "the older tab to know");
  expect(statusOf(older).isWritable).toBe(false);
  // A tab with a socket asks by itself once a minute only.
  expect(performance.now() - at).toBeLessThan(10_000);
});

test("VS5 a forged, a lower and a reader's version are refused or change nothing", async (context) => {
  if (isElsewhere) context.skip("The server must know version 3.");
  const { id } = await createDocument(ada, workspaceId);
  for (const version of [4, 1_000_000, 0, -1])
    expect((await raise(id, version)).refusal, String(version)).toBe("400 unknown_version");
  expect((await raise(id, 2, vera.client)).refusal).toBe("403 forbidden");
  expect((await raise(id, 3)).value).toBe(3);
  expect((await raise(id, 2)).value).toBe(3);
  await must(ada.client, "trash_document", { p_document_id: id });
  expect((await raise(id, 3)).refusal).toBe("403 trashed");
});
