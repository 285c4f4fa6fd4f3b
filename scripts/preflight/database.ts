/** What the database says of itself (preflight_report), against what this repository needs. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";

const MIGRATIONS = resolve(import.meta.dirname, "../../supabase/migrations");

export const PreflightReport = z.object({
  extensions: z.record(z.string(), z.string()),
  available: z.array(z.string()).nullable(),
  /** Whether each is valid. */
  indexes: z.record(z.string(), z.boolean()),
  migrations: z.array(z.string()),
  /** Whether row security is on and forced for each. */
  tables: z.record(z.string(), z.boolean()),
  publication: z.array(z.string()),
  /** Whether each is late. */
  jobs: z.record(z.string(), z.boolean()),
  settings: z.record(z.string(), z.boolean()),
});
export type PreflightReport = z.infer<typeof PreflightReport>;

/** What is wrong, as a sentence; null: nothing. */
export type Verdict = string | null;

const EXTENSIONS = ["ltree", "vector", "pg_net", "pg_cron", "pgcrypto"];
const INDEXES = [
  ...["idx_blocks_parent_path_gist_optimized", "idx_blocks_document_sort_covering"],
  ...["idx_blocks_embedding_hnsw_optimized", "idx_blocks_embedding_standby_hnsw_optimized"],
  ...[
    "idx_blocks_search_words",
    "idx_blocks_filters",
    "idx_documents_workspace_sort_order",
    "idx_documents_parent_path_gist",
  ],
];
const JOBS = [
  ...["find missing rows", "find missing vectors", "keep functions warm", "prune log", "purge trash"],
  ...["sweep embedding jobs", "sweep projection jobs", "sweep unused files", "tidy log"],
  ...["vacuum queues", "vacuum tables", "watch jobs"],
];

const list = (names: readonly string[], what: string): Verdict =>
  names.length > 0 ? `${names.join(", ")} ${names.length > 1 ? what.replace("is ", "are ") : what}` : null;

export const readMigrations = (): string[] =>
  readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.split("_")[0] ?? "")
    .sort();

/** pg_cron decides what happens by itself; hosted projects of every plan we know of offer it, which is not documented. */
export const judgeCron = ({ extensions, available }: PreflightReport): Verdict =>
  extensions.pg_cron
    ? null
    : available?.includes("pg_cron")
      ? "pg_cron can be had and is not enabled: enable it, then push the migrations."
      : "This database cannot have pg_cron: call prune_log and the sweeps from elsewhere, or choose another plan.";

export const judgeExtensions = ({ extensions }: PreflightReport): Verdict =>
  list(
    EXTENSIONS.filter((name) => !(name in extensions)),
    "is not enabled.",
  );

export function judgeMigrations({ migrations }: PreflightReport, wanted = readMigrations()): Verdict {
  const missing = wanted.filter((version) => !migrations.includes(version));
  if (missing.length > 0) return list(missing, "is not applied: supabase db push --remote.");
  // Applied late, one finds tables that it was not written for.
  const ours = migrations.filter((version) => wanted.includes(version));
  if (ours.join() !== ours.toSorted().join()) return "They were not applied in order.";
  return list(
    migrations.filter((version) => !wanted.includes(version)),
    "is applied and unknown to this version of the program.",
  );
}

export function judgeIndexes({ indexes }: PreflightReport): Verdict {
  const invalid = Object.keys(indexes).filter((name) => !indexes[name]);
  if (invalid.length > 0) return list(invalid, "is not valid: REINDEX INDEX CONCURRENTLY.");
  return list(
    INDEXES.filter((name) => !(name in indexes)),
    "is missing: supabase/operators/phase4-indexes.sql.",
  );
}

export const judgeRowSecurity = ({ tables }: PreflightReport): Verdict =>
  Object.keys(tables).length === 0
    ? "There are no tables."
    : list(
        Object.keys(tables).filter((name) => !tables[name]),
        "is without forced row security.",
      );

export function judgePublication({ publication }: PreflightReport): Verdict {
  const missing = ["public.blocks", "public.documents"].filter((name) => !publication.includes(name));
  if (missing.length > 0) return list(missing, "is not published in supabase_realtime.");
  return list(
    publication.filter((name) => !["public.blocks", "public.documents"].includes(name)),
    "is published in supabase_realtime, and need not be.",
  );
}

export function judgeJobs({ jobs }: PreflightReport): Verdict {
  const missing = JOBS.filter((name) => !(name in jobs));
  if (missing.length > 0) return list(missing, "is not scheduled.");
  return list(
    Object.keys(jobs).filter((name) => jobs[name]),
    "is late by more than two periods.",
  );
}

export const judgeSettings = ({ settings }: PreflightReport): Verdict =>
  list(
    ["functions_url", "functions_secret"].filter((name) => !settings[name]),
    "is not set in private.runtime_config.",
  );
