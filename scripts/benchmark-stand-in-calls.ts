/**
 * What a REST call costs: one row read under row security, one row written, one function called. Each call waits for
 * the one before. The table is the benchmark's own, in a migration beside the product's.
 */
import { cpSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type CpuSeconds, cpuBetween, cpuOf } from "./benchmark-live-cpu.ts";
import { type Figure, figureOf, timed } from "./benchmark-live-stats.ts";

export type CallFigures = {
  readonly what: string;
  readonly time: Figure;
  /** Milliseconds a call of the stand-in, and of the database server where that is another process. */
  readonly cpu: { readonly standIn: number; readonly database: number } | null;
};

const TABLE = `
create table public.benchmark_notes (
  id bigint generated always as identity primary key,
  owner uuid not null default auth.uid(),
  note text not null
);
alter table public.benchmark_notes enable row level security;
grant select, insert on public.benchmark_notes to authenticated;
create policy benchmark_notes_own on public.benchmark_notes to authenticated
  using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
create function public.benchmark_echo(p_text text) returns jsonb language sql stable
  as $$ select jsonb_build_object('text', p_text, 'who', auth.uid()) $$;
grant execute on function public.benchmark_echo to authenticated;
`;

/** A folder with the product's migrations and the benchmark's. */
export async function benchmarkMigrations(folder: string): Promise<string> {
  const migrations = join(folder, "migrations");
  cpSync(resolve(import.meta.dirname, "../supabase/migrations"), migrations, { recursive: true });
  await writeFile(join(migrations, "99990101000000_benchmark.sql"), TABLE);
  return migrations;
}

/** @param processes Ids of the stand-in and, if there is one, of the database server. */
export async function measureCalls(
  client: SupabaseClient,
  count: number,
  processes: { readonly standIn: number | undefined; readonly database: number | undefined },
): Promise<CallFigures[]> {
  const { data, error } = await client
    .from("benchmark_notes")
    .insert({ note: "first" })
    .select("id")
    .single();
  if (error) throw new Error(`The benchmark's table refuses: ${error.message}`);
  const id = Number(data.id);
  const calls = {
    "select one row": () => client.from("benchmark_notes").select("id, note").eq("id", id),
    "insert one row": () => client.from("benchmark_notes").insert({ note: "x" }),
    "call a function": () => client.rpc("benchmark_echo", { p_text: "x" }),
  };
  const figures: CallFigures[] = [];
  for (const [what, call] of Object.entries(calls)) {
    await repeat(Math.ceil(count / 10), call);
    const before = [cpuOf(processes.standIn), cpuOf(processes.database)] as const;
    const times = await repeat(count, call);
    const standIn = cpuBetween(before[0], cpuOf(processes.standIn));
    const database = cpuBetween(before[1], cpuOf(processes.database));
    const each = (used: CpuSeconds | null) => (((used?.own ?? 0) + (used?.below ?? 0)) * 1_000) / count;
    figures.push({
      what,
      time: figureOf(times),
      cpu: standIn && { standIn: each(standIn), database: each(database) },
    });
  }
  return figures;
}

async function repeat(
  count: number,
  call: () => PromiseLike<{ error: { message: string } | null }>,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    times.push(
      await timed(async () => {
        const { error } = await call();
        if (error) throw new Error(error.message);
      }),
    );
  }
  return times;
}
