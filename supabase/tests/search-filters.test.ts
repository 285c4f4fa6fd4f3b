/** What filters leave is compared one by one where it is little: the nearest of it are found, however far away they are. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSearchScene, type SearchScene } from "./search-scene.ts";

const MODEL = "fake";
/** Blocks that a query is near to, and of each kind of filter some that it is far from. */
const [NEAR, FAR] = [150, 4];

let scene: SearchScene;
let workspaceId: string;
let personId: string;
let otherId: string;
let theirs: string;
const far = new Map<string, string[]>();

/** `angle` 0 is where the query looks; all are a little apart. */
function vectorAt(angle: number, at: number): string {
  const vector: number[] = new Array(384).fill(0);
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  vector[2 + (at % 380)] = 0.05;
  const length = Math.hypot(...vector);
  return JSON.stringify(vector.map((value) => value / length));
}

async function write(documentId: string, kind: string, angle: number, type: string, updatedAt: string) {
  const count = kind === "near" ? NEAR : FAR;
  const rows = Array.from({ length: count }, (_, at) => vectorAt(angle + at / 1_000, at));
  const written = await scene.sql.query<{ id: string }>(
    `insert into public.blocks (document_id, id, sort_order, type, content, plain_text, content_hash, updated_at,
       embedding, embedding_hash)
     select $1, gen_random_uuid(), 'a0', $2, '{}', $3 || r.at, sha256(($3 || r.at)::bytea), $4::timestamptz,
       r.vector::extensions.vector, extensions.digest($3 || r.at, 'sha256')
     from jsonb_array_elements_text($5::text::jsonb) with ordinality r (vector, at) order by r.at returning id`,
    [documentId, type, kind, updatedAt, JSON.stringify(rows)],
  );
  far.set(kind, written.map(({ id }) => id).reverse());
}

beforeAll(async () => {
  scene = await openSearchScene();
  [personId, otherId] = [await scene.newPerson(), await scene.newPerson()];
  workspaceId = await scene.newWorkspace(personId);
  await scene.join(workspaceId, otherId, "editor");
  await scene.rpc("claim_embedding_jobs", { p_models: [{ name: MODEL, cosineFloor: 0 }] });
  const ours = (await scene.newDocument(workspaceId, { by: personId })).id;
  theirs = (await scene.newDocument(workspaceId, { by: otherId })).id;
  await write(ours, "near", 0, "paragraph", "2026-01-01");
  await write(ours, "heading", 1.2, "heading", "2026-01-01");
  await write(ours, "old", 1.1, "paragraph", "2020-01-01");
  await write(theirs, "theirs", 1, "paragraph", "2026-01-01");
}, 120_000);
afterAll(() => scene?.sql.close());

/** As a search of that person asks, of about so many blocks. */
async function nearest(blocks: number, filter: string): Promise<string[]> {
  const claims = JSON.stringify({ sub: personId, role: "authenticated" });
  // The index looks at two hundred and no more, as it looks at 20,000 of a million.
  await scene.sql.exec(`begin; set local role authenticated; set local request.jwt.claims = '${claims}';
    set local hnsw.max_scan_tuples = 100`);
  try {
    const rows = await scene.sql.query<{ id: string }>(
      `select id from private.nearest_blocks('${vectorAt(0, 0)}', 'main', ${filter}, ${blocks}, ${FAR})`,
    );
    return rows.map(({ id }) => id);
  } finally {
    await scene.sql.exec("rollback");
  }
}
const scope = (person = "null") => `private.documents_to_search('${workspaceId}', null, ${person})`;
const within = () => `private.documents_to_search('${workspaceId}', '${theirs}', null)`;

describe("the nearest behind a filter, by the number of blocks searched", () => {
  it.each([
    ["a type", "heading", () => `${scope()}, array['heading'], null, null`],
    ["a time before", "old", () => `${scope()}, null, null, '2021-01-01'`],
    ["a type and a time", "old", () => `${scope()}, array['paragraph'], '2019-01-01', '2021-01-01'`],
    ["a person", "theirs", () => `${scope(`'${otherId}'`)}, null, null, null`],
    ["a document", "theirs", () => `${within()}, null, null, null`],
  ])("%s", async (_, kind, filter) => {
    const expected = new Set(far.get(kind));
    for (const blocks of [100, 100_000])
      expect(new Set(await nearest(blocks, filter())), `${blocks}`).toEqual(expected);
  });

  it("where more pass than are compared, the index finds the nearest, in their order", async () => {
    await scene.sql.exec("alter table public.blocks disable trigger user");
    await scene.sql.exec(`insert into public.blocks (document_id, id, sort_order, type, content, content_hash)
      select '${theirs}', gen_random_uuid(), 'a0', 'divider', '{}', sha256(n::text::bytea) from generate_series(1, 4000) n`);
    await scene.sql.exec("alter table public.blocks enable trigger user");
    const filter = `${scope()}, null, null, null`;
    expect(await nearest(100_000, filter)).toEqual(await nearest(100, filter));
  });
});
