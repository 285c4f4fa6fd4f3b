/** How long searches take among many blocks, and how much of what is nearest the vector index finds. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openSearchScene, type SearchScene } from "../../supabase/tests/search-scene.ts";
import { type MadeUp, makeUp } from "./made-up.ts";

export interface ScaleFigures {
  readonly engine: string;
  readonly blocks: number;
  readonly words: Spread;
  readonly hybrid: Spread;
  readonly filtered: Spread;
  readonly recallAt10: number;
  /** By what leaves 2 % of the blocks. */
  readonly filteredRecallAt10: Readonly<Record<keyof typeof FILTERS, number>>;
}
/** Milliseconds, the middle one and the one that 95 of 100 are below; and of the database's own processor time. */
interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly cpuP50: number;
  readonly cpuP95: number;
}

const BLOCKS_PER_DOCUMENT = 50;
const CHUNK = 1_000;
const SEARCHES = 100;
/** One block in fifty is one, one in fifty was written long ago, and one document in fifty is somebody else's. */
const RARE = "heading";
const LONG_AGO = "2020-01-01";
const FILTERS = {
  type: () => ({ types: `array['${RARE}']` }),
  time: () => ({ before: `'${LONG_AGO}'::timestamptz + interval '1 day'` }),
  person: (other: string) => ({ person: `'${other}'` }),
} as const;
type Filter = { readonly types?: string; readonly before?: string; readonly person?: string };

export async function measureScale(engine: "pglite" | "native", blocks: number): Promise<ScaleFigures> {
  const scene = await openSearchScene(engine);
  try {
    const [person, other] = [await scene.newPerson(), await scene.newPerson()];
    const workspaceId = await scene.newWorkspace(person);
    await scene.rpc("claim_embedding_jobs", { p_models: [{ name: "made up", cosineFloor: 0 }] });
    const made = makeUp(1);
    await fill(scene, workspaceId, blocks, made, other);
    const ask = (more: (query: string) => object) => timeSearches(scene, { person, workspaceId }, made, more);
    const recall = (filter: Filter) => measureRecall(scene, person, workspaceId, made, filter);
    const meant = () => ({ p_embedding: JSON.stringify(made.vector()), p_model: "made up" });
    await ask(meant);
    return {
      ...{ engine, blocks },
      words: await ask(() => ({})),
      hybrid: await ask(meant),
      filtered: await ask(() => ({ ...meant(), p_types: [RARE] })),
      recallAt10: await recall({}),
      filteredRecallAt10: {
        type: await recall(FILTERS.type()),
        time: await recall(FILTERS.time()),
        person: await recall(FILTERS.person(other)),
      },
    };
  } finally {
    await scene.sql.close();
  }
}

/** The vector index is made at the end, as a restored database makes it; row by row it takes four times as long. */
export async function fill(
  scene: SearchScene,
  workspaceId: string,
  blocks: number,
  made: MadeUp,
  other: string,
) {
  const { sql } = scene;
  const [index] = await sql.query<{ sql: string }>(
    "select pg_get_indexdef('public.idx_blocks_embedding_hnsw_optimized'::regclass) as sql",
  );
  await sql.exec(
    "drop index public.idx_blocks_embedding_hnsw_optimized; alter table public.blocks disable trigger user",
  );
  let document = "";
  for (let at = 0; at < blocks; at += CHUNK) {
    const rows = [];
    for (let within = at; within < Math.min(at + CHUNK, blocks); within += 1) {
      if (within % BLOCKS_PER_DOCUMENT === 0) {
        const by = (within / BLOCKS_PER_DOCUMENT) % 50 === 13 ? { by: other } : {};
        document = (await scene.newDocument(workspaceId, by)).id;
      }
      const type = within % 50 === 7 ? RARE : "paragraph";
      rows.push({
        document,
        id: randomUUID(),
        type,
        at: within % 50 === 11 ? LONG_AGO : new Date().toISOString(),
        text: made.text(),
        vector: JSON.stringify(made.vector()),
      });
    }
    await sql.exec(`insert into public.blocks (document_id, id, sort_order, type, content, plain_text, content_hash,
        updated_at, embedding, embedding_hash)
      select r.document, r.id, 'a0', r.type, '{}', r.text, sha256(r.id::text::bytea), r.at, r.vector::extensions.vector,
        extensions.digest(r.text, 'sha256')
      from jsonb_to_recordset('${JSON.stringify(rows)}')
        r (document uuid, id uuid, type text, at timestamptz, text text, vector text)`);
  }
  await sql.exec(`insert into private.workspace_words (workspace_id, word)
    select '${workspaceId}', word from (select distinct unnest(tsvector_to_array(search_words)) as word from public.blocks) w
    where char_length(word) between 3 and 40`);
  await sql.exec("set maintenance_work_mem = '1GB'");
  await sql.exec(`${index?.sql}; alter table public.blocks enable trigger user`);
  await sql.exec("analyze");
}

async function timeSearches(
  scene: SearchScene,
  { person, workspaceId }: { person: string; workspaceId: string },
  made: MadeUp,
  more: (query: string) => object,
): Promise<Spread> {
  const times: number[] = [];
  const worked: number[] = [];
  for (let at = 0; at < SEARCHES; at += 1) {
    const query = made.query();
    const values = { p_workspace_id: workspaceId, p_query: query, ...more(query) };
    const before = await processorTime(scene);
    const started = performance.now();
    await scene.ask(person, "search_blocks", values);
    times.push(performance.now() - started);
    worked.push((await processorTime(scene)) - before);
  }
  const spread = (values: number[], share: number) =>
    Math.round(values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0);
  return {
    ...{ p50: spread(times, 0.5), p95: spread(times, 0.95) },
    ...{ cpuP50: spread(worked, 0.5), cpuP95: spread(worked, 0.95) },
  };
}

/** Milliseconds that the session's process has worked: Postgres's own, or this one, in which PGlite runs. */
async function processorTime({ sql }: SearchScene): Promise<number> {
  if (sql.engine === "pglite") {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
  const [session] = await sql.query<{ pid: number }>("select pg_backend_pid() as pid");
  const [nanoseconds] = (await readFile(`/proc/${session?.pid}/schedstat`, "utf8")).split(" ");
  return Number(nanoseconds) / 1_000_000;
}

/** Of the ten that are nearest when all are compared, the share that the search's own way finds. */
async function measureRecall(
  scene: SearchScene,
  person: string,
  workspaceId: string,
  made: MadeUp,
  { types = "null", before = "null", person: by = "null" }: Filter,
): Promise<number> {
  let found = 0;
  const scope = `private.documents_to_search('${workspaceId}', null, ${by})`;
  for (let at = 0; at < 30; at += 1) {
    const vector = JSON.stringify(made.vector());
    await scene.sql.exec(`begin; set local role authenticated;
      set local request.jwt.claims = '{"sub": "${person}", "role": "authenticated"}'`);
    const ours = await scene.sql.query<{ id: string }>(`select id
      from private.nearest_blocks('${vector}', 'main', ${scope}, ${types}, null, ${before}, 1e6, 10)`);
    // Without an index each is compared.
    await scene.sql.exec("set local enable_indexscan = off");
    const exact = await scene.sql.query<{
      id: string;
    }>(`with filter as materialized (select ${scope} as scope)
      select b.id from filter f, public.blocks b
      where b.document_id = any (f.scope) and (${types} is null or b.type = any (${types}::text[]))
        and (${before} is null or b.updated_at < ${before})
      order by b.embedding operator(extensions.<=>) '${vector}' limit 10`);
    await scene.sql.exec("rollback");
    const right = new Set(exact.map(({ id }) => id));
    found += ours.filter(({ id }) => right.has(id)).length / Math.max(right.size, 1);
  }
  return found / 30;
}
