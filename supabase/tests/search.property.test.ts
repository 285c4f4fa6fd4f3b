/**
 * Whoever may not read a document never learns of it by searching: no hit, no title, no count, no related block.
 * Random workspaces, roles, documents, subtrees and trash; each person's answers against what the rules allow.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROLES } from "./scene.ts";
import { type Doc, openSearchScene, type SearchScene, vectorOf } from "./search-scene.ts";

const MODEL = { name: "fake", cosineFloor: 0 };
const WORDS = ["harbour", "lantern", "meadow", "quarry", "saffron", "thimble", "白板保存", "Éclair"];

let scene: SearchScene;
beforeAll(async () => {
  scene = await openSearchScene();
  await scene.rpc("claim_embedding_jobs", { p_models: [MODEL] });
}, 120_000);
afterAll(() => scene?.sql.close());

const worlds = fc.record({
  workspaces: fc.integer({ min: 1, max: 3 }),
  members: fc.array(fc.record({ person: fc.nat(3), workspace: fc.nat(2), role: fc.constantFrom(...ROLES) }), {
    maxLength: 7,
  }),
  documents: fc.array(
    fc.record({
      workspace: fc.nat(2),
      parent: fc.option(fc.nat(9), { nil: null }),
      title: fc.constantFrom(...WORDS),
      isTrashed: fc.boolean(),
      words: fc.array(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 8 },
  ),
  leaves: fc.array(fc.nat(6), { maxLength: 2 }),
});
type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

/** One in which a member and a stranger surely look for what is there. */
const SHARED: World = {
  workspaces: 1,
  members: [{ person: 0, workspace: 0, role: "viewer" }],
  documents: ["harbour", "lantern"].map((word) => ({
    workspace: 0,
    parent: null,
    title: word,
    isTrashed: word === "lantern",
    words: [[word, "harbour"]],
  })),
  leaves: [],
};

interface Built {
  readonly people: readonly string[];
  readonly workspaces: readonly string[];
  /** `person workspace` of those who are members in the end. */
  readonly members: ReadonlySet<string>;
  readonly documents: readonly (Doc & {
    workspace: string;
    title: string;
    isTrashed: boolean;
    blocks: string[];
  })[];
}

async function build(world: World): Promise<Built> {
  const owner = await scene.newPerson();
  const people = await Promise.all([0, 1, 2, 3].map(() => scene.newPerson()));
  const workspaces: string[] = [];
  for (let at = 0; at < world.workspaces; at += 1) workspaces.push(await scene.newWorkspace(owner));
  const members = new Set<string>();
  for (const { person, workspace, role } of world.members) {
    const [personId = "", workspaceId = ""] = [people[person], workspaces[workspace % workspaces.length]];
    if (members.has(`${personId} ${workspaceId}`)) continue;
    members.add(`${personId} ${workspaceId}`);
    await scene.join(workspaceId, personId, role);
  }
  const documents: Built["documents"][number][] = [];
  for (const made of world.documents) {
    const workspace = workspaces[made.workspace % workspaces.length] ?? "";
    const siblings = documents.filter((one) => one.workspace === workspace);
    const parent = made.parent === null ? undefined : siblings[made.parent % Math.max(siblings.length, 1)];
    const doc = await scene.newDocument(workspace, { title: made.title, ...(parent ? { parent } : {}) });
    const blocks: string[] = [];
    for (const words of made.words) blocks.push(await scene.write(doc.id, words.join(" ")));
    if (made.isTrashed)
      await scene.sql.exec(
        `update public.documents set trashed_at = now(), trashed_root = id where id = '${doc.id}'`,
      );
    documents.push({ ...doc, workspace, title: made.title, isTrashed: made.isTrashed, blocks });
  }
  await embedAll(documents.map(({ id }) => id));
  const gone = [...members].filter((_, at) => world.leaves.includes(at));
  for (const one of gone) {
    const [personId, workspaceId] = one.split(" ");
    await scene.sql.exec(
      `delete from public.workspace_members where user_id = '${personId}' and workspace_id = '${workspaceId}'`,
    );
    members.delete(one);
  }
  return { people, workspaces, members, documents };
}

/** As process-block would, in one go. */
async function embedAll(documentIds: readonly string[]): Promise<void> {
  const rows = await scene.sql.query<{ id: string; plain_text: string }>(
    "select id, plain_text from public.blocks where document_id = any ($1)",
    [documentIds],
  );
  for (const { id, plain_text } of rows)
    await scene.sql.query(
      "update public.blocks set embedding = $2::text::extensions.vector, embedding_hash = text_hash where id = $1",
      [id, JSON.stringify(vectorOf(plain_text))],
    );
}

/** How many documents a person is told to be waiting; null where they are told nothing. */
async function statusOf(person: string, workspace: string): Promise<number | null> {
  const asked = { p_workspace_id: workspace };
  try {
    const [row] = await scene.ask<{ search_status: { waiting: number } }>(person, "search_status", asked);
    return row?.search_status.waiting ?? null;
  } catch (error) {
    if (error instanceof Error && error.message.includes("not_found")) return null;
    throw error;
  }
}

async function waitingIn(workspace: string): Promise<number> {
  const [row] = await scene.sql.query<{ count: number }>(
    `select count(*)::integer as count from private.embedding_jobs j
     join public.documents d on d.id = j.document_id where d.workspace_id = $1 and j.dead_at is null`,
    [workspace],
  );
  return row?.count ?? 0;
}

const isBelow = ({ documents }: Built, id: string, { id: above }: Doc): boolean =>
  documents
    .find((one) => one.id === id)
    ?.path.split(".")
    .includes(above.replaceAll("-", "")) ?? false;

interface Hit {
  readonly document_id: string;
  readonly block_id: string;
  readonly title: string;
  readonly path: readonly { id: string; title: string }[];
}

describe("searching", () => {
  it("shows nobody anything of a document that they may not read, and members all of theirs", async () => {
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom(...WORDS), async (world, word) => {
        const built = await build(world);
        const inside = (workspace: string) => built.documents.filter((one) => one.workspace === workspace);
        for (const person of built.people) {
          for (const workspace of built.workspaces) {
            const isMember = built.members.has(`${person} ${workspace}`);
            const allowed = isMember ? inside(workspace).filter((one) => !one.isTrashed) : [];
            const ids = new Set(allowed.map(({ id }) => id));
            const known = new Set(isMember ? inside(workspace).map(({ id }) => id) : []);
            const asked = { p_workspace_id: workspace, p_query: word };
            const vector = JSON.stringify(vectorOf(word));
            const meant = { ...asked, p_embedding: vector, p_model: "fake", p_limit: 100 };
            const hits = await scene.ask<Hit>(person, "search_blocks", meant);
            const titles = await scene.ask<Hit>(person, "search_documents", asked);
            for (const { document_id, path } of [...hits, ...titles]) {
              expect(ids.has(document_id)).toBe(true);
              expect(path.filter(({ id }) => !known.has(id))).toEqual([]);
            }
            shown += hits.length;
            const waiting = await statusOf(person, workspace);
            expect(waiting).toBe(isMember ? await waitingIn(workspace) : null);
            for (const doc of built.documents.slice(0, 1)) {
              const inside = await scene.ask<Hit>(person, "search_blocks", { ...meant, p_within: doc.id });
              const subtree = [...ids].filter((id) => id === doc.id || isBelow(built, id, doc));
              expect(inside.filter(({ document_id }) => !subtree.includes(document_id))).toEqual([]);
            }
            const wanted = await scene.sql.query<{ id: string }>(
              `select id from public.blocks where document_id = any ($1) and plain_text like '%' || $2 || '%'`,
              [[...ids], word],
            );
            expect(new Set(hits.map(({ block_id }) => block_id))).toEqual(
              new Set([...new Set(hits.map(({ block_id }) => block_id)), ...wanted.map(({ id }) => id)]),
            );
            for (const doc of inside(workspace).slice(0, 2)) {
              const [block] = doc.blocks;
              if (block === undefined) continue;
              const values = { p_document_id: doc.id, p_block_id: block, p_limit: 100 };
              const related = await scene.ask<Hit>(person, "related_blocks", values);
              expect(
                related.filter(({ document_id }) => !ids.has(document_id) || document_id === doc.id),
              ).toEqual([]);
            }
          }
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 8), examples: [[SHARED, "harbour"]] },
    );
    expect(shown).toBeGreaterThan(0);
  });

  it("tells a stranger who guesses ids no status", async () => {
    const [owner, stranger] = [await scene.newPerson(), await scene.newPerson()];
    const workspace = await scene.newWorkspace(owner);
    await expect(scene.ask(stranger, "search_status", { p_workspace_id: workspace })).rejects.toThrow(
      "not_found",
    );
    // Words that others wrote correct nobody's typing.
    const doc = await scene.newDocument(workspace, { title: "secret" });
    await scene.write(doc.id, "zanzibar");
    const [row] = await scene.sql.query<{ word: string }>(
      "select word from private.workspace_words where word = 'zanzibar'",
    );
    expect(row).toBeDefined();
    await scene.sql.exec(`begin; set local role authenticated;
      set local request.jwt.claims = '{"sub": "${stranger}", "role": "authenticated"}'`);
    const words = await scene.sql.query("select * from private.related_words($1, 'zanzibr')", [workspace]);
    const blocks = await scene.sql.query(
      "select * from private.blocks_with_words('zanzibar', array[$1]::uuid[], null, null, null, 9)",
      [doc.id],
    );
    expect(blocks).toEqual([]);
    await scene.sql.exec("rollback");
    expect(words).toEqual([]);
  });
});
