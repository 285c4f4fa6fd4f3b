/** One change as one person may see it, in the form in which clients get it. */
import type { Announced } from "./realtime-changes.ts";
import type { Wanted } from "./realtime-wanted.ts";

/** What `realtime.see_change` answers; with only `errors` when the person may see nothing of it. */
export interface SeenChange {
  readonly id: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly pkey?: readonly string[];
  readonly record?: Record<string, unknown> | null;
  readonly old_record?: Record<string, unknown> | null;
  readonly committed_at?: string;
  readonly errors?: readonly string[] | null;
  /** Places of the filters that it meets. */
  readonly passed: readonly number[];
}

export interface ChangeData {
  readonly schema: string;
  readonly table: string;
  readonly commit_timestamp: string | null;
  readonly type: string;
  readonly columns: readonly unknown[];
  readonly errors: readonly string[] | null;
  readonly record?: Record<string, unknown>;
  readonly old_record?: Record<string, unknown>;
}

/** One delivery for each different choice of columns among the subscriptions of one channel. */
export function deliverRow(
  meant: readonly Wanted[],
  row: SeenChange,
  change: Announced,
  deliver: (ids: number[], data: ChangeData) => void,
): void {
  const byChoice = new Map<string, { select: readonly string[] | null; ids: Set<number> }>();
  for (const { id, select } of meant) {
    const key = JSON.stringify(select);
    const entry = byChoice.get(key) ?? { select, ids: new Set<number>() };
    entry.ids.add(id);
    byChoice.set(key, entry);
  }
  for (const { select, ids } of byChoice.values()) deliver([...ids], toData(row, change, select));
}

function toData(row: SeenChange, change: Announced, select: readonly string[] | null): ChangeData {
  // The primary key comes along, chosen or not.
  const isChosen = (name: string) => !select || select.includes(name) || row.pkey?.includes(name) === true;
  const cut = (record: Record<string, unknown> | null | undefined) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => isChosen(name)));
  return {
    schema: change.schema,
    table: change.table,
    commit_timestamp: row.committed_at ?? null,
    type: change.type,
    columns: (row.columns ?? []).filter(({ name }) => isChosen(name)),
    errors: row.errors ?? null,
    ...(change.type === "DELETE" ? {} : { record: cut(row.record) }),
    ...(change.type === "INSERT" ? {} : { old_record: cut(row.old_record) }),
  };
}
