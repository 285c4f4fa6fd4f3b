/**
 * Errors planted into a copy of the stand-in, and the suite's cases run against it: a case that stays green with
 * the error it is there for proves nothing.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");

/** A test of supabase/tests by its file and the title of its `it`. */
export interface Case {
  readonly file: string;
  readonly title: string;
}

export interface StandInPlant {
  /** The error, in words. */
  readonly error: string;
  /**
   * A file of supabase/local, or of another folder of supabase/ that the copy has (`functions/…`), or a function of
   * the migrated database: `sql:public.append_updates`.
   */
  readonly file: string;
  /** Must be there exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Plant extends StandInPlant {
  readonly caughtBy: Case;
  /** How the case fails because of it, and not of something else. */
  readonly because: RegExp;
}

export interface Verdict {
  readonly title: string;
  readonly passed: boolean;
  /** What the failure said, "" when it passed. */
  readonly failure: string;
}

/** A copy of the stand-in with its migrations and functions; `main` is what STAND_IN_MAIN names. */
export async function copyStandIn(): Promise<{ folder: string; main: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "planted-"));
  for (const part of ["local", "migrations", "functions", "config.toml"]) {
    await cp(join(root, "supabase", part), join(folder, "supabase", part), { recursive: true });
  }
  await cp(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const remove = () => rm(folder, { recursive: true, force: true });
  return { folder, main: join(folder, "supabase/local/main.ts"), remove };
}

/** Throws when the text is not there exactly once: then the plant must follow the source. */
export async function plant(folder: string, planted: StandInPlant): Promise<void> {
  const { error, file, from, to } = planted;
  if (file.startsWith("sql:")) return plantSql(folder, planted);
  const path = join(folder, "supabase", file.startsWith("functions/") ? "" : "local", file);
  const source = await readFile(path, "utf8");
  const found = source.split(from).length - 1;
  if (found !== 1) throw new Error(`"${error}": its text is ${found} times in ${file}, not once: ${from}`);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
}

/** As a last migration, so that it follows whichever one made the function anew. */
async function plantSql(folder: string, { error, file, from, to }: StandInPlant): Promise<void> {
  const [schema, name] = file.slice("sql:".length).split(".");
  const [source, target] = [from, to].map((text) => `$planted$${text}$planted$`);
  const sql = `do $do$
declare
  v_source text;
begin
  select pg_get_functiondef(p.oid) into strict v_source from pg_proc p
  where p.proname = '${name}' and p.pronamespace = '${schema}'::regnamespace;
  if length(v_source) - length(replace(v_source, ${source}, '')) <> length(${source}) then
    raise exception '%: its text is not there once.', $error$${error}$error$;
  end if;
  execute replace(v_source, ${source}, ${target});
end
$do$;
`;
  const order = String((await readdir(join(folder, "supabase/migrations"))).length).padStart(4, "0");
  await writeFile(join(folder, `supabase/migrations/9999010100${order}_planted.sql`), sql);
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** Runs the cases against that copy, on PGlite, in a process of their own. */
export async function runCases(main: string, cases: readonly Case[]): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), "verdict-"));
  const output = join(folder, "report.json");
  const files = [...new Set(cases.map(({ file }) => `supabase/tests/${file}`))];
  const titles = cases.map(({ title }) => `${literal(title)}$`).join("|");
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "test",
    STAND_IN_MAIN: main,
    DATABASE_URL: "",
    STAND_IN_REQUESTS: "400",
  };
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", "contract", ...files, "-t", titles];
  try {
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 };
    // Red is what is wanted; the report says it.
    await run(process.execPath, [...args, "--reporter=json", `--outputFile=${output}`], options).catch(
      () => null,
    );
    return verdicts(JSON.parse(await readFile(output, "utf8")) as Report, cases);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function verdicts({ testResults }: Report, cases: readonly Case[]): Verdict[] {
  const told = testResults.flatMap(({ assertionResults }) => assertionResults);
  const outside = testResults.map(({ message }) => message).join("\n");
  return cases.map(({ title }) => {
    const found = told.find((test) => test.title === title && test.status !== "skipped");
    const failure = found?.failureMessages?.join("\n") || outside || "it did not run";
    return found?.status === "passed"
      ? { title, passed: true, failure: "" }
      : { title, passed: false, failure };
  });
}
