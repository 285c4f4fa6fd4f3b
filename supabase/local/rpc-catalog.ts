/** What the direct RPC path must know of the functions in `public`, read once and kept until told to forget. */
import type { Database } from "./database.ts";

export interface Parameter {
  readonly name: string;
  /** As Postgres writes the type, schema and all: safe to put into a statement. */
  readonly type: string;
}

export interface RpcFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** How many parameters at the end have a default. */
  readonly defaults: number;
  readonly returns: "void" | "value" | "set";
}

interface Row {
  name: string;
  names: string[] | null;
  types: string[];
  defaults: number;
  returns: "void" | "value" | "set" | "other";
}

// OUT and TABLE parameters, variadics and domains named as media types are left to lite.
const SQL = `
  select p.proname as name, p.proargnames as names, p.pronargdefaults::int as defaults,
         array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a(t, n) order by n) as types,
         case when p.proargmodes is not null or p.provariadic <> 0 then 'other'
              when p.prorettype = 'void'::regtype then 'void'
              when p.proretset then 'set'
              when r.typtype in ('b', 'e', 'c') then 'value'
              else 'other' end as returns
  from pg_proc p join pg_type r on r.oid = p.prorettype
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'`;

export interface RpcCatalog {
  /** The one function these named arguments call, or null when there is none or more than one. */
  find(name: string, given: readonly string[]): Promise<RpcFunction | null>;
  forget(): void;
}

export function createRpcCatalog(database: Database): RpcCatalog {
  let functions: Promise<Map<string, Row[]>> | null = null;

  async function load(): Promise<Map<string, Row[]>> {
    const { rows } = await database.query<Row>(SQL);
    return Map.groupBy(rows, (row) => row.name);
  }

  return {
    async find(name, given) {
      functions ??= load();
      const fitting = ((await functions).get(name) ?? []).filter((row) => fits(row, given));
      const [row] = fitting;
      if (fitting.length !== 1 || !row || row.returns === "other") return null;
      const parameters = row.types.map((type, i) => ({ name: row.names?.[i] ?? "", type }));
      return { name, parameters, defaults: row.defaults, returns: row.returns };
    },
    forget() {
      functions = null;
    },
  };
}

function fits(row: Row, given: readonly string[]): boolean {
  const names = row.names ?? [];
  if (names.length !== row.types.length || names.includes("")) return false;
  const required = names.slice(0, names.length - row.defaults);
  return required.every((name) => given.includes(name)) && given.every((name) => names.includes(name));
}
