/**
 * No file goes that anything names: random histories of files, blocks, snapshots, pruning, trash and time, and after each
 * sweep the bytes of every log and snapshot are looked through here. What nothing names is gone in the end.
 */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { deleteBlock, setShape } from "../../lib/core/block-edit.ts";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import { openProject, type Sql } from "./hosted.ts";
import { callAs } from "./hosted-scene.ts";
import { append, bytes, keepSnapshot, type LogScene, openLog, project, setBack } from "./log-scene.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
}, 120_000);
afterAll(() => sql?.close());

const index = fc.nat(5);
const steps = fc.oneof(
  fc.record({ does: fc.constant("attach" as const), doc: index }),
  fc.record({ does: fc.constant("show" as const), doc: index, file: index }),
  fc.record({ does: fc.constant("change" as const), doc: index, block: index, file: index }),
  fc.record({ does: fc.constant("delete" as const), doc: index, block: index }),
  fc.record({ does: fc.constantFrom("project", "snapshot", "trash", "restore", "end"), doc: index }),
  fc.record({ does: fc.constant("wait" as const), days: fc.constantFrom(0.5, 2, 31) }),
  fc.record({ does: fc.constantFrom("prune", "sweep", "purge") }),
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

type Paper = { readonly scene: LogScene; readonly doc: Y.Doc; clientSeq: number };

const image = (key: string): BlockNode => ({
  type: "image",
  attrs: { attachment: key },
  text: [],
  children: [],
});

class World {
  readonly files: string[] = [];
  readonly papers: readonly Paper[];
  constructor(papers: readonly Paper[]) {
    this.papers = papers;
  }

  async play(step: Step): Promise<void> {
    if (step.does === "wait" && "days" in step) return this.wait(step.days);
    if (step.does === "prune") return void (await callAs(sql, "service_role", "prune_log"));
    if (step.does === "purge") return void (await sql.query("select private.purge_trash()"));
    if (step.does === "sweep") return this.sweep();
    const paper = "doc" in step ? this.papers[step.doc % this.papers.length] : undefined;
    if (!paper || !(await this.isThere(paper))) return;
    const { scene } = paper;
    const { documentId } = scene;
    if (step.does === "project") return project(scene);
    if (step.does === "snapshot" && paper.clientSeq > 0)
      return keepSnapshot(scene, Y.encodeStateAsUpdate(paper.doc));
    const act = { trash: "trash_document", restore: "restore_document", end: "delete_document_forever" }[
      step.does as string
    ];
    // What is not in the trash cannot end, and is told so.
    if (act) return callAs<void>(sql, scene.owner, act, { p_document_id: documentId }).catch(() => undefined);
    if (step.does === "attach") return this.attach(documentId);
    return this.write(paper, step);
  }

  async attach(documentId: string): Promise<void> {
    const name = `${documentId}/${randomUUID()}`;
    await sql.exec(
      `insert into storage.objects (bucket_id, name, created_at) values ('attachments', '${name}', now())`,
    );
    this.files.push(name);
  }

  async write(paper: Paper, step: Step): Promise<void> {
    if (await this.isTrashed(paper)) return;
    const before = Y.encodeStateVector(paper.doc);
    const map = new BlockMap(paper.doc);
    const ids = [...map.root.keys()] as BlockId[];
    const file = "file" in step ? this.files[step.file % this.files.length] : undefined;
    const id = "block" in step ? ids[step.block % ids.length] : undefined;
    if (step.does === "show" && file) insertTree(map, [image(file)]);
    if (step.does === "change" && file && id)
      setShape(map, id, { type: "image", attrs: { attachment: file } });
    if (step.does === "delete" && id) deleteBlock(map, id);
    map.destroy();
    const update = Y.encodeStateAsUpdate(paper.doc, before);
    paper.clientSeq += 1;
    await append(paper.scene, { clientSeq: paper.clientSeq, data: bytes(update) });
  }

  /** Whatever is remembered was so many days longer ago. */
  async wait(days: number): Promise<void> {
    const ago = `- interval '${days} days'`;
    await sql.exec(`update storage.objects set created_at = created_at ${ago};
      update private.file_mentions set looked_at = looked_at ${ago}, gone_at = gone_at ${ago};
      update public.documents set trashed_at = trashed_at ${ago} where trashed_at is not null;
      delete from private.append_budgets`);
    await setBack(sql, `update public.document_snapshots set created_at = created_at ${ago}`);
  }

  async sweep(): Promise<void> {
    const names = await callAs<string[]>(sql, "service_role", "list_unused_files", { p_limit: 1000 });
    const named = await namedAnywhere();
    expect(
      names.filter((name) => named.has(name)),
      "removed, but named",
    ).toEqual([]);
    await sql.exec(
      `delete from storage.objects where name in (${names.map((name) => `'${name}'`).join() || "''"})`,
    );
  }

  async isThere({ scene }: Paper): Promise<boolean> {
    return (await sql.query(`select from public.documents where id = '${scene.documentId}'`)).length > 0;
  }
  async isTrashed({ scene }: Paper): Promise<boolean> {
    const found = `select from public.documents where id = '${scene.documentId}' and trashed_at is not null`;
    return (await sql.query(found)).length > 0;
  }
}

/** Every name that stands in any byte of any log or snapshot, or in any block. */
async function namedAnywhere(): Promise<Set<string>> {
  const held = await sql.query<{ text: string }>(`
    select encode(data, 'hex') as text from public.document_updates
    union all select encode(state, 'hex') from public.document_snapshots
    union all select encode(convert_to(content::text, 'UTF8'), 'hex') from public.blocks`);
  const objects = await sql.query<{ name: string }>("select name from storage.objects");
  const all = held.map(({ text }) => Buffer.from(text, "hex"));
  return new Set(objects.map(({ name }) => name).filter((name) => all.some((one) => one.includes(name))));
}

async function open(): Promise<World> {
  const papers: Paper[] = [];
  for (let at = 0; at < 2; at += 1) {
    const scene = await openLog(sql);
    const doc = new Y.Doc();
    doc.clientID = scene.yjsClientId;
    papers.push({ scene, doc, clientSeq: 0 });
  }
  return new World(papers);
}

describe("files of Storage", () => {
  it("stay as long as any document, log, snapshot or trash names them, and go when none does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 40 }), async (history) => {
        const world = await open();
        await world.attach(world.papers[0]?.scene.documentId ?? "");
        for (const step of history) await world.play(step);
        // Long after: looked at again, found to be gone, and gone for long.
        for (const days of [31, 2, 31]) {
          await world.sweep();
          await world.wait(days);
        }
        await world.sweep();
        const named = await namedAnywhere();
        const left = await sql.query<{ name: string }>("select name from storage.objects");
        const mine = left.map(({ name }) => name).filter((name) => world.files.includes(name));
        expect(mine.sort()).toEqual(world.files.filter((name) => named.has(name)).sort());
      }),
      { numRuns: 20 },
    );
  });
});
