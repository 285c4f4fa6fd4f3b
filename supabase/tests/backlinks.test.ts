/** What leads to a document: kept as blocks are written, shown to those who may read both ends and to nobody else. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mentionRun } from "../../lib/core/mention.ts";
import { ROLES } from "./scene.ts";
import { type Doc, openSearchScene, type SearchScene } from "./search-scene.ts";

interface Link {
  readonly document_id: string;
  readonly block_id: string;
  readonly title: string;
  readonly path: readonly { id: string; title: string }[];
  readonly snippet: string;
  readonly snippet_start: number;
}

let scene: SearchScene;
let owner: string;
let workspace: string;
beforeAll(async () => {
  scene = await openSearchScene();
  owner = await scene.newPerson();
  workspace = await scene.newWorkspace(owner);
}, 120_000);
afterAll(() => scene?.sql.close());

const linksTo = (person: string, id: string, more: Record<string, unknown> = {}) =>
  scene.ask<Link>(person, "backlinks", { p_document_id: id, ...more });
const sources = async (id: string) => (await linksTo(owner, id)).map(({ block_id }) => block_id);
const mentionTo = (id: string, label = "") => mentionRun({ kind: "document", id, workspace, label });
const linkTo = (href: unknown) => ({ text: "there", marks: { link: { href } } });
const changedAt = async (id: string) =>
  (
    await scene.sql.query<{ at: string | null }>(
      "select links_changed_at::text as at from public.documents where id = $1",
      [id],
    )
  )[0]?.at ?? null;

describe("links between documents", () => {
  it("are what blocks mention and what their links are addresses of, and go with them", async () => {
    const target = await scene.newDocument(workspace, { title: "Target" });
    const source = await scene.newDocument(workspace, { title: "Source", parent: target });
    const mentions = await scene.write(source.id, "see Target", { runs: [mentionTo(target.id)] });
    const address = `https://here.example/w/${workspace}/d/${target.id}#${"a".repeat(32)}`;
    const links = await scene.write(source.id, "a link", { runs: [linkTo(address)] });
    await scene.write(target.id, "itself", { runs: [mentionTo(target.id)] });
    expect((await sources(target.id)).toSorted()).toEqual([links, mentions].toSorted());
    const [first] = await linksTo(owner, target.id);
    expect(first).toMatchObject({ title: "Source", path: [{ id: target.id, title: "Target" }] });

    const before = await changedAt(source.id);
    await scene.write(source.id, "see Target, twice", { id: mentions, runs: [mentionTo(target.id)] });
    expect(await changedAt(source.id), "an edit beside a link changes no link").toBe(before);
    await scene.write(source.id, "see nothing", { id: mentions, runs: [{ text: "nothing", marks: {} }] });
    expect(await sources(target.id)).toEqual([links]);
    expect(await changedAt(source.id)).not.toBe(before);
    await scene.sql.exec(`delete from public.blocks where id = '${links}'`);
    expect(await sources(target.id)).toEqual([]);
  });

  it("stay when what they lead to and where they stand is renamed and moved, and not in the trash", async () => {
    const target = await scene.newDocument(workspace, { title: "Before" });
    const source = await scene.newDocument(workspace, { title: "There" });
    const block = await scene.write(source.id, "words", { runs: [mentionTo(target.id)] });
    await scene.sql.exec(`update public.documents set title = 'After' where id = '${target.id}';
      update public.documents set title = 'Elsewhere', parent_path = '${target.id.replaceAll("-", "")}'
        where id = '${source.id}'`);
    expect(await linksTo(owner, target.id)).toMatchObject([
      { block_id: block, title: "Elsewhere", path: [{ title: "After" }] },
    ]);
    await scene.sql.exec(
      `update public.documents set trashed_at = now(), trashed_root = id where id = '${source.id}'`,
    );
    expect(await linksTo(owner, target.id)).toEqual([]);
    await scene.sql.exec(`delete from public.documents where id = '${source.id}'`);
    expect(
      await scene.sql.query("select from public.document_links where document_id = $1", [source.id]),
    ).toEqual([]);
  });

  it("of a long text show the part where the document is named, the newest first, as many as were asked for", async () => {
    const target = await scene.newDocument(workspace, { title: "Far" });
    const source = await scene.newDocument(workspace);
    const text = `${"words ".repeat(100)}Far away ${"words ".repeat(100)}`;
    await scene.write(source.id, text, { runs: [mentionTo(target.id, "Far")] });
    await scene.write(source.id, "short", { runs: [mentionTo(target.id)] });
    const [newest, long] = await linksTo(owner, target.id);
    expect(newest).toMatchObject({ snippet: "short", snippet_start: 0 });
    expect(long?.snippet).toHaveLength(240);
    expect(long?.snippet.indexOf("Far")).toBe(80);
    expect(await linksTo(owner, target.id, { p_limit: 1 })).toHaveLength(1);
  });

  it("of forged contents are none, without an error", async () => {
    const target = await scene.newDocument(workspace);
    const source = await scene.newDocument(workspace);
    const embeds: unknown[] = [
      ...[null, 7, "mention", [], { mention: target.id }, { mention: { kind: "document" } }],
      ...[
        { mention: { kind: "person", id: target.id } },
        { mention: { kind: ["document"], id: [target.id] } },
      ],
      ...[`${target.id}'`, target.id.toUpperCase(), "", 7, {}, "0".repeat(36)].map((id) => ({
        mention: { kind: "document", id },
      })),
    ];
    const hrefs = [`/w/x/d/${target.id}`, `javascript:/w/${workspace}/d/${target.id}`, 7, null, {}, "/d/"];
    const runs = [...embeds.map((embed) => ({ text: "x", marks: { embed } })), ...hrefs.map(linkTo)];
    await scene.write(source.id, "forged", { runs: runs as object[] });
    for (const content of ['{"text": 7}', '{"text": {"marks": []}}', "{}"])
      await scene.sql.query("select private.linked_documents($1::text::jsonb)", [content]);
    const many = Array.from({ length: 500 }, () => mentionTo(randomUUID()));
    await scene.write(source.id, "many", { runs: many });
    expect(await sources(target.id)).toEqual([]);
    const [{ count } = { count: 0 }] = await scene.sql.query<{ count: number }>(
      "select count(*)::int as count from public.document_links where document_id = $1",
      [source.id],
    );
    expect(count).toBe(50);
  });
});

const worlds = fc.record({
  members: fc.array(fc.record({ person: fc.nat(2), workspace: fc.nat(1), role: fc.constantFrom(...ROLES) }), {
    maxLength: 5,
  }),
  documents: fc.array(fc.record({ workspace: fc.nat(1), isTrashed: fc.boolean() }), {
    minLength: 2,
    maxLength: 6,
  }),
  links: fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5) }), { minLength: 1, maxLength: 8 }),
});

/** One reader, one link: there is always something to show. */
const LINKED: typeof worlds extends fc.Arbitrary<infer World> ? World : never = {
  members: [{ person: 0, workspace: 0, role: "viewer" }],
  documents: Array.from({ length: 2 }, () => ({ workspace: 0, isTrashed: false })),
  links: [{ from: 0, to: 1 }],
};

describe("the list of what leads to a document", () => {
  it("shows nobody anything of a document that they may not read, and members all of theirs", async () => {
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const people = await Promise.all([0, 1, 2].map(() => scene.newPerson()));
        const workspaces = [await scene.newWorkspace(owner), await scene.newWorkspace(owner)];
        const members = new Set<string>();
        for (const { person, workspace: at, role } of world.members) {
          if (members.has(`${person} ${at}`)) continue;
          members.add(`${person} ${at}`);
          await scene.join(workspaces[at] ?? "", people[person] ?? "", role);
        }
        const documents: (Doc & { at: number; isTrashed: boolean })[] = [];
        for (const { workspace: at, isTrashed } of world.documents) {
          const made = await scene.newDocument(workspaces[at] ?? "", { title: "secret" });
          documents.push({ ...made, at, isTrashed });
        }
        const written: { from: number; to: number; block: string }[] = [];
        for (const link of world.links) {
          const [from, to] = [link.from % documents.length, link.to % documents.length];
          const runs = [mentionTo(documents[to]?.id ?? "")];
          written.push({ from, to, block: await scene.write(documents[from]?.id ?? "", "words", { runs }) });
        }
        for (const { id, isTrashed } of documents)
          if (isTrashed)
            await scene.sql.exec(
              `update public.documents set trashed_at = now(), trashed_root = id where id = '${id}'`,
            );
        for (const [person, personId] of people.entries()) {
          for (const [to, { id, at }] of documents.entries()) {
            const wanted = written.filter((one) => {
              const source = documents[one.from];
              const isSeen = members.has(`${person} ${at}`) && source?.at === at && !source.isTrashed;
              return isSeen && one.to === to && one.from !== to;
            });
            const found = (await linksTo(personId, id)).map(({ block_id }) => block_id);
            expect(found.toSorted()).toEqual(wanted.map(({ block }) => block).toSorted());
            shown += found.length;
          }
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 6), examples: [[LINKED]] },
    );
    expect(shown).toBeGreaterThan(0);
  });
});
