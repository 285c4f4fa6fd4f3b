/** The whole room over the real protocols: several clients of the stand-in (or of the project SUPABASE_URL names). */
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { call, createDocument, homeOf, join, must } from "../../supabase/tests/scene.ts";
import {
  anonymous,
  newPerson,
  type Person,
  type Project,
  startProject,
} from "../../supabase/tests/stand-in.ts";
import { joined, until } from "../../supabase/tests/waiting.ts";
import { awarenessTopic } from "../core/protocol.ts";
import { CollabClient } from "./collab-client.ts";
import type { DocumentSession } from "./document-session.ts";
import { steadyEnvironment } from "./environment.ts";
import { createMemoryOutbox, type Outbox } from "./outbox.ts";
import { createMemoryLocks, type SessionLocks } from "./session-locks.ts";
import { createSupabaseTransport } from "./supabase-transport.ts";

vi.setConfig({ testTimeout: 60_000 });

let project: Project;
let ada: Person;
let bob: Person;
let workspaceId: string;
const opened: DocumentSession[] = [];
const clients: SupabaseClient[] = [];

beforeAll(async () => {
  project = await startProject();
  ada = await newPerson(project, "Ada");
  bob = await newPerson(project, "Bob");
  workspaceId = await homeOf(ada);
  await join(ada, workspaceId, bob, "editor");
}, 120_000);

afterEach(async () => {
  await Promise.all(opened.splice(0).map((session) => session.destroy()));
  await Promise.all(clients.splice(0).map((client) => client.realtime.disconnect()));
});

afterAll(async () => {
  await project?.stop();
}, 30_000);

type Disk = { readonly outbox: Outbox; readonly locks: SessionLocks };
const newDisk = (): Disk => ({ outbox: createMemoryOutbox(), locks: createMemoryLocks() });

/** A tab of its own: another client, with another socket, of the same signed-in person. */
async function tabOf(person: Person): Promise<SupabaseClient> {
  const client = anonymous(project);
  const { data } = await person.client.auth.getSession();
  if (data.session === null) throw new Error("not signed in");
  const { error } = await client.auth.setSession(data.session);
  if (error) throw error;
  return client;
}

async function collabOf(person: Person, disk: Disk = newDisk()): Promise<CollabClient> {
  const client = await tabOf(person);
  const { log, realtime } = createSupabaseTransport(client);
  clients.push(client);
  return new CollabClient({
    userId: person.id,
    log,
    realtime,
    openOutbox: () => Promise.resolve(disk.outbox),
    locks: disk.locks,
    environment: steadyEnvironment,
  });
}

async function open(person: Person, documentId: string, disk?: Disk): Promise<DocumentSession> {
  const { value } = (await collabOf(person, disk)).holdDocument(documentId);
  opened.push(value);
  await value.ready;
  return value;
}

const isLive = (session: DocumentSession) => session.status.getSnapshot().connection === "live";
const textOf = (session: DocumentSession) => session.doc.getText("text").toString();
const isSaved = (session: DocumentSession) => session.saveState.getSnapshot().status === "saved";

function type(session: DocumentSession, words: string): void {
  const text = session.doc.getText("text");
  text.insert(text.length, words);
  session.keyPressed();
}

async function bothLive(documentId: string): Promise<[DocumentSession, DocumentSession]> {
  const sessions: [DocumentSession, DocumentSession] = [
    await open(ada, documentId),
    await open(bob, documentId),
  ];
  await until(() => sessions.every(isLive), "both live");
  return sessions;
}

test("ST1 two people type at once over the real protocols and agree, all of it saved", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  for (let key = 0; key < 30; key++) {
    type(one, `a${key} `);
    type(two, `b${key} `);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await Promise.all([one.whenSaved(), two.whenSaved()]);
  await until(() => textOf(one) === textOf(two) && textOf(one).includes("b29"), "the same text");
  for (let key = 0; key < 30; key++) {
    expect(textOf(one).split(`a${key} `)).toHaveLength(2);
    expect(textOf(one).split(`b${key} `)).toHaveLength(2);
  }
  const third = await open(ada, id);
  expect(textOf(third)).toBe(textOf(one));
});

test("ST2 people, cursors and typing appear with the server's names, and go", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  const others = () => one.people.getSnapshot().filter((person) => !person.isSelf);
  await until(() => others().length === 1, "Bob is shown");
  expect(others()[0]).toMatchObject({ name: "Bob", userId: bob.id });
  two.setCursor({ anchor: { type: null, tname: "text", item: null, assoc: 0 }, head: null }, "block");
  type(two, "x");
  await until(() => others()[0]?.typing === true && others()[0]?.cursor !== null, "Bob's caret and typing");
  await until(() => others()[0]?.typing === false, "Bob stops typing");
  await two.destroy();
  await until(() => others().length === 0, "Bob is gone", 1_000);
});

test("ST3 a cut socket: typing goes on and is saved, and what was missed comes after it is back", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  cutSocket(clients.at(-1));
  await until(() => !isLive(two), "Bob's socket is down");
  type(one, "while away ");
  type(two, "without socket ");
  await until(() => textOf(one).includes("without socket"), "Ada sees Bob's words");
  await until(() => textOf(two).includes("while away") && isLive(two), "Bob is back and has caught up");
  expect(textOf(two)).toBe(textOf(one));
  expect(isSaved(two)).toBe(true);
});

/** Ends the socket without a goodbye to the channels; the client reconnects by itself. */
function cutSocket(client: SupabaseClient | undefined): void {
  const realtime = client?.realtime as unknown as { conn?: WebSocket | null; socketAdapter?: Adapter };
  const conn = realtime.socketAdapter?.getSocket().conn ?? realtime.conn;
  if (!conn) throw new Error("there is no socket to cut");
  conn.close(4_000, "cut by a test");
}

type Adapter = { getSocket(): { conn: WebSocket | null } };

test("ST4 a removed member is stopped within two seconds, keeps what was not sent, and the others go on", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  type(one, "before ");
  await until(() => textOf(two) === "before ", "Bob reads");
  await must(ada.client, "remove_member", { p_workspace_id: workspaceId, p_user_id: bob.id });
  const removedAt = Date.now();
  await until(() => two.status.getSnapshot().phase === "ended", "Bob is stopped", 2_000);
  console.info(`stopped after ${Date.now() - removedAt} ms`);
  type(one, "secret");
  await one.whenSaved();
  type(two, "too late");
  await until(() => isLive(one), "Ada is live on the new epoch");
  expect(textOf(two)).not.toContain("secret");
  expect(two.status.getSnapshot()).toMatchObject({ isWritable: false, problem: "no-access" });
  expect(two.saveState.getSnapshot().status).toBe("not-saved");
  expect((await call(bob.client, "pull_updates", { p_document_id: id })).refusal).toBe("404 not_found");
  await join(ada, workspaceId, bob, "editor");
  expect(textOf(await open(bob, id))).toBe("before secret");
});

test("ST5 someone made a viewer can read on but not write; what they typed is offered", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  const role = (name: string) =>
    must(ada.client, "set_member_role", { p_workspace_id: workspaceId, p_user_id: bob.id, p_role: name });
  await role("viewer");
  await until(() => !two.status.getSnapshot().isWritable, "Bob only reads", 2_000);
  type(one, "still shown");
  await until(() => textOf(two) === "still shown", "Bob reads on");
  await role("editor");
  await until(() => two.status.getSnapshot().isWritable, "Bob may write again", 5_000);
  type(two, "!");
  await until(() => textOf(one) === "still shown!", "and does");
});

test("ST6 a tab killed before its words were sent: the next one shows and sends them", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const disk = newDisk();
  const dying = await open(ada, id, disk);
  dying.doc.transact(() => type(dying, "last words"));
  const closed = dying.destroy();
  await closed;
  const next = await open(ada, id, disk);
  expect(textOf(next)).toBe("last words");
  await next.whenSaved();
  expect(await disk.outbox.list()).toEqual([]);
  expect(textOf(await open(bob, id))).toBe("last words");
});

test("ST7 a document of nobody and one of others are equally not found", async () => {
  const stranger = await newPerson(project, "Stan");
  const { id } = await createDocument(ada, workspaceId);
  for (const documentId of [id, "00000000-0000-4000-8000-000000000000"]) {
    await expect(open(stranger, documentId)).rejects.toMatchObject({ code: "not_found" });
  }
});

test("ST8 renaming from the tree changes the title in open documents", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const reader = await open(bob, id);
  await (await collabOf(ada)).renameDocument(id, "A title");
  await until(() => reader.doc.getText("title").toString() === "A title", "Bob sees the title");
});

test("ST9 the tree hears of new documents", async () => {
  const heard: unknown[] = [];
  let isJoined = false;
  const epoch = await epochOf(ada);
  const handle = (await collabOf(bob)).joinWorkspace(workspaceId, epoch, {
    onTreeChange: (change) => heard.push(change.row.title),
    onJoined: () => {
      isJoined = true;
    },
  });
  await until(() => isJoined, "the tree is joined");
  // The subscription of changes starts a moment after the join: ask until one is heard.
  await until(async () => {
    await createDocument(ada, workspaceId, { title: "fresh" });
    return heard.includes("fresh");
  }, "a new document");
  handle.leave();
});

test("ST10 a member can neither move another's caret, nor show or hide anybody", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = await bothLive(id);
  const others = () => one.people.getSnapshot().filter((person) => !person.isSelf);
  await until(() => others().length === 1, "Bob is shown");
  const gone = await open(bob, id);
  await until(() => others().length === 2, "Bob's other tab is shown");
  await gone.destroy();
  await until(() => others().length === 1, "it is gone");

  const forger = await tabOf(bob);
  clients.push(forger);
  const epoch = await epochOf(ada);
  const send = await senderOf(forger, awarenessTopic(id, epoch));
  const state = { head: 0, cursor: null, typing: true, blockId: null };
  const forge = (sessionId: string, more: object = {}) =>
    send({
      sessionId,
      frame: JSON.stringify({ sessionId, counter: 9e9, ...state, ...more }),
      signature: null,
    });
  forge(two.sessionId);
  forge(two.sessionId, { left: true });
  forge(one.sessionId, { left: true });
  forge(gone.sessionId);
  // An honest frame that comes after them says that they were judged.
  two.setCursor({ anchor: { type: null, tname: "text", item: null, assoc: 0 }, head: null }, "block");
  await until(() => others()[0]?.cursor !== null, "Bob's own caret");
  expect(others()).toMatchObject([{ sessionId: two.sessionId, typing: false }]);
});

/** Joins a topic and gives the way to send frames on it. */
async function senderOf(client: SupabaseClient, topic: string): Promise<(payload: object) => void> {
  const channel = await joined(client.channel(topic, { config: { private: true } }));
  return (payload) => void channel.send({ type: "broadcast", event: "state", payload });
}

async function epochOf(person: Person): Promise<number> {
  const { data } = await person.client
    .from("workspaces")
    .select("access_epoch")
    .eq("id", workspaceId)
    .single();
  return Number(data?.access_epoch);
}
