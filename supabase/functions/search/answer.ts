/**
 * `POST {workspaceId, query, within?, person?, types?, after?, before?, limit?}` with the person's token answers
 * {documents, blocks, byMeaning}: what `search_documents` and `search_blocks` give that person. The database decides
 * what may be seen; this adds the query's vector by the model that is active. Where there is none in time, words
 * alone answer, and `byMeaning` says so. What the model makes nothing of is not looked for by meaning: else letters
 * without sense would find what is least far from them.
 */
import { type EmbeddingModel, embedTexts } from "../_shared/embeddings.ts";
import { learnSense, type Sense } from "../_shared/sense.ts";

export type SearchOptions = {
  readonly url: string;
  readonly publishableKey: string;
  readonly models: readonly EmbeddingModel[];
  /** Replaced in tests. */
  readonly embedLimitMs?: number;
};

type Query = {
  readonly workspaceId: string;
  readonly query: string;
  readonly limit: number | null;
  readonly filters: Readonly<Record<string, unknown>>;
};

const EMBED_LIMIT_MS = 2_000;
const CALL_LIMIT_MS = 10_000;
const BODY_LIMIT = 20_000;
const QUERY_LIMIT = 1_000;
const REMEMBERED = 200;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, x-client-info, apikey, content-type",
  "access-control-allow-methods": "POST",
};

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createSearch({ url, publishableKey, models, embedLimitMs = EMBED_LIMIT_MS }: SearchOptions) {
  const remembered = new Map<string, string | null>();
  const senses = new Map<string, Promise<Sense>>();

  async function call<Answer>(token: string, name: string, values: object): Promise<Answer> {
    const response = await fetch(`${url}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: {
        apikey: publishableKey,
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (response.ok) return (await response.json()) as Answer;
    const text = await response.text();
    if (response.status === 401) throw new Refusal(401, "Sign in to search.");
    if (response.status < 500) throw new Refusal(400, "This search was not understood.");
    throw new Error(`${name}: ${response.status} ${text.slice(0, 200)}`);
  }

  /** Learned once; again where the model failed. */
  function senseOf(model: EmbeddingModel): Promise<Sense> {
    const learning = senses.get(model.name) ?? learnSense(model);
    senses.set(model.name, learning);
    learning.catch(() => senses.delete(model.name));
    return learning;
  }

  /** The query's vector as text; null when it has no sense, undefined when there is none in time. */
  async function vectorOf(name: string | null, query: string): Promise<string | null | undefined> {
    const model = models.find((one) => one.name === name);
    if (model === undefined || !/[\p{L}\p{N}]/u.test(query)) return undefined;
    const key = `${model.name} ${query}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error(`${model.name} did not answer in time.`)), embedLimitMs);
    });
    try {
      const { vectors } = await Promise.race([embedTexts(model, [query]), late]);
      const [vector = []] = vectors;
      // While that is not known, every query has a sense.
      const sense = await Promise.race([senseOf(model), late]).catch(() => null);
      const meant = sense?.(vector) === false ? null : JSON.stringify(vector);
      if (sense !== null) remember(key, meant);
      return meant;
    } catch (error) {
      console.error("search: by words alone:", error instanceof Error ? error.message : error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  function remember(key: string, meant: string | null): void {
    remembered.set(key, meant);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED) break;
      remembered.delete(oldest);
    }
  }

  async function find(token: string, { workspaceId, query, limit, filters }: Query) {
    const asked = { p_workspace_id: workspaceId, p_query: query };
    // Whoever is not signed in is refused here, before anything is embedded for them.
    const [active, documents] = await Promise.all([
      call<{ name: string | null }>(token, "active_model", {}),
      call<unknown[]>(token, "search_documents", asked),
    ]);
    const vector = await vectorOf(active.name, query);
    const meaning = vector ? { p_embedding: vector, p_model: active.name } : {};
    const values = { ...asked, ...filters, ...meaning, ...(limit === null ? {} : { p_limit: limit }) };
    const blocks = await call<unknown[]>(token, "search_blocks", values);
    return { documents, blocks, byMeaning: vector !== undefined };
  }

  return async function answer(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    const reply = (status: number, body: object) => Response.json(body, { status, headers: CORS });
    if (request.method !== "POST") return reply(405, { message: "Only POST." });
    try {
      const [, token] = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
      if (token === undefined) throw new Refusal(401, "Sign in to search.");
      return reply(200, await find(token, readQuery(await request.text())));
    } catch (error) {
      if (error instanceof Refusal) return reply(error.status, { message: error.message });
      console.error("search:", error instanceof Error ? error.message : error);
      return reply(502, { message: "The search did not answer. Nothing is lost; try again." });
    }
  };
}

/** Only what it knows, and nothing that Postgres would refuse: a query of any kind gets an answer. */
function readQuery(text: string): Query {
  const body = (text.length > BODY_LIMIT ? null : parse(text)) as Record<string, unknown> | null;
  const { workspaceId, query, limit } = body ?? {};
  if (typeof workspaceId !== "string" || !UUID.test(workspaceId) || typeof query !== "string")
    throw new Refusal(400, "A search names a workspace and has a query.");
  const filters: Record<string, unknown> = {};
  for (const name of ["within", "person"] as const)
    if (typeof body?.[name] === "string" && UUID.test(body[name])) filters[`p_${name}`] = body[name];
  for (const name of ["after", "before"] as const)
    if (typeof body?.[name] === "string" && !Number.isNaN(Date.parse(body[name])))
      filters[`p_${name}`] = new Date(body[name]).toISOString();
  if (Array.isArray(body?.types))
    filters.p_types = body.types.filter((type) => typeof type === "string").map(storable);
  return {
    workspaceId,
    query: storable(query.slice(0, QUERY_LIMIT)),
    limit: typeof limit === "number" && Number.isInteger(limit) && limit > 0 ? Math.min(limit, 100) : null,
    filters,
  };
}

const storable = (text: string) => text.replaceAll("\u0000", " ").toWellFormed().replaceAll("\ufffd", "");

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
