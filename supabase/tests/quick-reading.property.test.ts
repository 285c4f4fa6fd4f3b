/** What reads quickly says the same as what it took the place of: the first blocks of random trees, and base64 of any bytes. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIGRATIONS } from "./hosted.ts";
import { openSearchScene, type SearchScene } from "./search-scene.ts";

let scene: SearchScene;
let owner: string;
let workspaceId: string;
beforeAll(async () => {
  scene = await openSearchScene();
  owner = await scene.newPerson();
  workspaceId = await scene.newWorkspace(owner);
  const first = readFileSync(join(MIGRATIONS, "20261126001000_first_blocks.sql"), "utf8");
  const [, definition = ""] = /(create function public\.first_blocks[\s\S]*?\n\$\$;)/.exec(first) ?? [];
  await scene.sql.exec(
    `${definition.replace("first_blocks", "first_blocks_before")}
     grant execute on function public.first_blocks_before to authenticated`,
  );
}, 120_000);
afterAll(() => scene?.sql.close());

/** Keys of one letter, so that siblings often share one and their ids decide; parents by number, null at the top. */
const trees = fc.array(
  fc.record({
    parent: fc.option(fc.nat(80), { nil: null, freq: 4 }),
    key: fc.constantFrom("V", "a", "aB", "b"),
  }),
  { maxLength: 80 },
);
type Tree = typeof trees extends fc.Arbitrary<infer Value> ? Value : never;

async function write(tree: Tree): Promise<string> {
  const { id: documentId } = await scene.newDocument(workspaceId);
  const rows: { id: string; path: string; key: string }[] = [];
  for (const { parent, key } of tree) {
    const around = parent === null ? undefined : rows[parent % Math.max(1, rows.length)];
    const isDeep = around !== undefined && around.path.split(".").length >= 31;
    const path =
      around && !isDeep ? [around.path, around.id.replaceAll("-", "")].filter(Boolean).join(".") : "";
    rows.push({ id: randomUUID(), path, key });
  }
  await scene.sql.query(
    `insert into public.blocks (document_id, id, parent_path, sort_order, type, content, plain_text, content_hash)
     select $1, r.id, r.path::extensions.ltree, r.key, 'paragraph', jsonb_build_object('at', r.id), '',
       sha256(r.id::text::bytea)
     from jsonb_to_recordset($2::text::jsonb) r (id uuid, path text, key text)`,
    [documentId, JSON.stringify(rows)],
  );
  return documentId;
}

const firstOf = async (name: string, documentId: string, limit: number) => {
  const rows = await scene.ask<Record<string, unknown>>(owner, name, {
    p_document_id: documentId,
    p_limit: limit,
  });
  return rows[0]?.[name];
};

describe("reading quickly", () => {
  it("gives the first blocks of any tree, as before", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 1, max: 90 }), async (tree, limit) => {
        const documentId = await write(tree);
        const before = (await firstOf("first_blocks_before", documentId, limit)) as unknown[];
        expect(before).toHaveLength(Math.min(tree.length, limit));
        expect(await firstOf("first_blocks", documentId, limit)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("writes base64 without ends of lines, whatever the length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400, size: "max" }), async (bytes) => {
        const data = Buffer.from(bytes);
        const [row] = await scene.sql.query<{ text: string }>(
          `select private.base64('\\x${data.toString("hex")}'::bytea) as text`,
        );
        expect(row?.text).toBe(data.toString("base64"));
      }),
      { numRuns: 40 },
    );
  });
});
