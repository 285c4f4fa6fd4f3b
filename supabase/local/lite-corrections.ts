/**
 * What lite 0.10 does otherwise than PostgREST, put right at the seams of its connection. Each correction has its
 * case in supabase/tests/rest-*.test.ts.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { LiteConnection } from "./database.ts";

/** What is known of one request while it is under way. Several run at once on a server. */
export interface Notes {
  /** What Postgres said, when it refused. */
  refused: unknown;
  /** True when exactly one row, as an object, is asked for. */
  readonly wantsOne: boolean;
}

export interface Corrections {
  /** Runs one request to lite, with its notes. */
  during<T>(notes: Notes, work: () => Promise<T>): Promise<T>;
}

/** An answer that refuses, on its way out of the transaction that is to be rolled back. */
class Refusal {
  readonly response: Response;
  constructor(response: Response) {
    this.response = response;
  }
}

export function correct(connection: LiteConnection): Corrections {
  const underway = new AsyncLocalStorage<Notes>();
  connection.normalizeDbError = (error) => {
    const notes = underway.getStore();
    if (notes) notes.refused = error;
    return error;
  };
  rollBackRefusals(connection, () => underway.getStore()?.wantsOne ?? false);
  readAsPostgrest(connection);
  writeBigIntegers();
  return { during: (notes, work) => underway.run(notes, work) };
}

/** lite commits before it says that a change touched too many rows (PGRST116, PGRST124). */
function rollBackRefusals(connection: LiteConnection, wantsOne: () => boolean): void {
  const within = connection.withContext.bind(connection);
  connection.withContext = async <T>(...[vars, work, options]: Parameters<typeof within<T>>): Promise<T> => {
    if (options?.transaction) return within(vars, work, options);
    const checked = async (...handles: Parameters<typeof work>): Promise<T> => {
      const result = await work(...handles);
      if (!(result instanceof Response)) return result;
      const answer = wantsOne() ? await asOne(result) : result;
      if (answer.status >= 400) throw new Refusal(answer);
      return answer as T;
    };
    try {
      return await within(vars, checked, options);
    } catch (error) {
      if (error instanceof Refusal) return error.response as T;
      throw error;
    }
  };
}

/** A change that embeds what it refers to comes as a list, even when one object was asked for. */
async function asOne(response: Response): Promise<Response> {
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return response;
  const rows: unknown = await response.clone().json();
  if (!Array.isArray(rows) || response.headers.get("content-type")?.includes("vnd.pgrst.object"))
    return response;
  if (rows.length !== 1) {
    const body = {
      code: "PGRST116",
      details: `The result contains ${rows.length} rows`,
      hint: null,
      message: "Cannot coerce the result to a single JSON object",
    };
    return Response.json(body, { status: 406 });
  }
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  headers.set("content-type", "application/vnd.pgrst.object+json; charset=utf-8");
  return new Response(JSON.stringify(rows[0]), { status: response.status, headers });
}

interface Wish {
  type?: string;
  from?: string;
  schema?: string;
  where?: unknown;
  values?: unknown;
  function?: string;
  args?: unknown;
  httpMethod?: string;
  $meta?: { columns?: string[]; missing?: string };
}

function readAsPostgrest(connection: LiteConnection): void {
  const read = connection.onPostgrestAST.bind(connection);
  connection.onPostgrestAST = async (...args: Parameters<typeof read>) => {
    const ast = await read(...args);
    const wish = ast as Wish;
    readPatterns(wish.where, false);
    if (wish.type !== "rpc" && wish.values) wish.values = await readValues(connection, wish);
    if (wish.type === "rpc" && wish.httpMethod === "POST") wish.args = await readArguments(connection, wish);
    return ast;
  };
}

/** In a body a text is a text, for a JSON parameter too; lite takes it for JSON. */
async function readArguments(connection: LiteConnection, wish: Wish): Promise<unknown> {
  const { args, schema = "public" } = wish;
  if (typeof args !== "object" || args === null || Array.isArray(args) || "_raw" in args) return args;
  const { functions = [] } = await connection.introspect({ useCache: true });
  const candidates = functions.filter(({ name, schema: of }) => name === wish.function && of === schema);
  const isJson = (argument: string) =>
    candidates.some(({ arg_names, arg_types }) =>
      /^jsonb?$/.test(arg_types[arg_names.indexOf(argument)] ?? ""),
    );
  const written = Object.entries(args).map(([name, value]) =>
    typeof value === "string" && isJson(name) ? [name, JSON.stringify(value)] : [name, value],
  );
  return Object.fromEntries(written);
}

async function readValues(connection: LiteConnection, { from, schema = "public", values, $meta }: Wish) {
  const { columns } = await connection.introspect({ useCache: true });
  const json = columns
    .filter(
      ({ table, schema: of, pg_type }) => table === from && of === schema && /^jsonb?$/.test(pg_type ?? ""),
    )
    .map(({ name }) => name);
  const one = (row: unknown) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
    const texts = json.filter((name) => typeof Reflect.get(row, name) === "string");
    // lite takes a text for JSON that was written down, and reads it; so it gets one that was.
    const written = texts.map((name) => [name, JSON.stringify(Reflect.get(row, name))]);
    return { ...row, ...Object.fromEntries(written) };
  };
  if (!Array.isArray(values)) return one(values);
  const rows = values.map(one);
  const wanted = $meta?.columns;
  return wanted ? rows.map((row) => withColumns(row, wanted, $meta?.missing === "default")) : rows;
}

const LIKE = /^\$i?like(Any|All)?$/;

/** `*` stands for `%` in every pattern, and inside `or` and `and` quotes only hold a pattern together. */
function readPatterns(where: unknown, isInTree: boolean): void {
  if (typeof where !== "object" || where === null) return;
  for (const [key, value] of Object.entries(where)) {
    if (LIKE.test(key)) Reflect.set(where, key, pattern(value, isInTree));
    else readPatterns(value, isInTree || key === "$or" || key === "$and" || key === "$not");
  }
}

function pattern(value: unknown, isInTree: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => pattern(one, isInTree));
  if (typeof value !== "string") return value;
  const held = isInTree ? /^"(.*)"$/s.exec(value)?.[1] : undefined;
  return (held?.replace(/\\(.)/gs, "$1") ?? value).replaceAll("*", "%");
}

/**
 * A row that lacks one of the `columns`: null is written, which lite leaves to the default; with
 * `missing=default` the default is written, and lite tells it as null unless the row seems to name the column.
 */
function withColumns(row: unknown, columns: readonly string[], isDefault: boolean): unknown {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
  const missing = columns.filter((column) => !(column in row));
  if (missing.length === 0) return row;
  if (!isDefault) return { ...row, ...Object.fromEntries(missing.map((column) => [column, null])) };
  return new Proxy(row, {
    ownKeys: (target) => [...Reflect.ownKeys(target), ...missing],
    getOwnPropertyDescriptor: (target, key) =>
      Reflect.getOwnPropertyDescriptor(target, key) ?? {
        configurable: true,
        enumerable: true,
        value: undefined,
      },
  });
}

/** Of what lite sends to the database: a text in here is one to be stored, even where the column is JSON. */
export const storesValues = (sql: string) => /^\s*(insert into|update)\b/i.test(sql);

/** lite rounds integers that a double cannot hold; JSON can say them. */
function writeBigIntegers(): void {
  const raw = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
  Object.defineProperty(BigInt.prototype, "toJSON", {
    configurable: true,
    value(this: bigint) {
      return raw(this.toString());
    },
  });
}
