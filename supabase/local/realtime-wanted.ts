/** What change events a channel asks for, and hosted Realtime's words for what is wrong with it. */
import { createHash } from "node:crypto";
import { sqlCode } from "./realtime-access.ts";
import { type Condition, parseFilter } from "./realtime-filter.ts";

/** One entry of a join's `config.postgres_changes`, understood. */
export interface Wanted {
  readonly id: number;
  readonly event: string;
  readonly schema: string;
  readonly table: string;
  readonly conditions: readonly Condition[];
  readonly select: readonly string[] | null;
}

/** No second try helps: the subscription itself is wrong. */
export class BadSubscription extends Error {}

/** The same for the same entry, wherever and whenever it is asked for; 27 bits, as Erlang's hash has. */
export function idOf(entry: Record<string, unknown>): number {
  const sorted = JSON.stringify(Object.entries(entry).sort(([left], [right]) => (left < right ? -1 : 1)));
  return createHash("sha1").update(sorted).digest().readUInt32BE(0) & 0x7ff_ffff;
}

/** Throws a BadSubscription. */
export function readWanted(entry: Record<string, unknown>): Wanted {
  const { schema, table, filter } = entry;
  const has = (name: string) => Object.hasOwn(entry, name);
  const isNamed =
    (typeof schema === "string" && (typeof table === "string" || (!has("table") && !has("filter")))) ||
    (typeof table === "string" && !has("schema") && !has("filter"));
  if (!isNamed || (has("filter") && typeof filter !== "string")) {
    throw new BadSubscription(
      `No subscription params provided. Please provide at least a \`schema\` or \`table\` to subscribe to: ${JSON.stringify(entry)}`,
    );
  }
  const wanted = {
    id: idOf(entry),
    event: readEvent(entry.event),
    schema: typeof schema === "string" ? schema : "public",
    table: typeof table === "string" ? table : "*",
    conditions: readConditions(typeof filter === "string" ? filter : ""),
    select: readSelect(entry.select),
  };
  if (wanted.select && (wanted.schema === "*" || wanted.table === "*")) {
    throw new BadSubscription(
      "Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.",
    );
  }
  return wanted;
}

function readEvent(event: unknown): string {
  const upper = typeof event === "string" ? event.toUpperCase() : "*";
  return ["INSERT", "UPDATE", "DELETE"].includes(upper) ? upper : "*";
}

function readConditions(filter: string): Condition[] {
  try {
    return parseFilter(filter);
  } catch (error) {
    throw new BadSubscription(error instanceof Error ? error.message : String(error));
  }
}

function readSelect(select: unknown): string[] | null {
  if (typeof select === "string") {
    throw new BadSubscription(
      'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
    );
  }
  const names = Array.isArray(select) ? select.filter((name) => typeof name === "string") : [];
  return names.length > 0 ? names : null;
}

const SORRY = "Unable to subscribe to changes with given parameters.";

export const notPublished = (wanted: Wanted) =>
  new BadSubscription(
    `${SORRY} Please check Realtime is enabled for the given connect parameters: [${listParams(wanted)}]`,
  );

/** Errors that Postgres has a code for are about the subscription; others may pass. */
export function explain(wanted: Wanted, error: unknown): unknown {
  const code = sqlCode(error);
  if (code === null) return error;
  const exception = `ERROR ${code} (${CONDITIONS[code] ?? "error"}) ${error instanceof Error ? error.message : ""}`;
  return new BadSubscription(
    `${SORRY} An exception happened so please check your connect parameters: [${listParams(wanted)}]. Exception: ${exception}`,
  );
}

const CONDITIONS: Record<string, string> = {
  P0001: "raise_exception",
  "22P02": "invalid_text_representation",
  "22007": "invalid_datetime_format",
  "22003": "numeric_value_out_of_range",
  "42704": "undefined_object",
};

/** As Elixir writes it. */
function listParams({ event, schema, table, conditions, select }: Wanted): string {
  const filters = conditions.map(
    ({ column, op, value, negated }) =>
      `{${[column, op, value].map((text) => JSON.stringify(text)).join(", ")}, ${negated}}`,
  );
  const chosen = select ? `[${select.map((name) => JSON.stringify(name)).join(", ")}]` : "nil";
  return `event: ${event}, schema: ${schema}, table: ${table}, filters: [${filters.join(", ")}], select: ${chosen}`;
}
