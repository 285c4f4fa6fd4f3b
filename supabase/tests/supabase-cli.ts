/** Supabase's own command line, on a copy of our migrations, so that a test may add to them. */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const program = join(root, "node_modules/supabase/dist/supabase.js");

export interface CliAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  /** `supabase <args>`; the database is handed in with `--remote=<url>`. */
  run(...args: string[]): Promise<CliAnswer>;
  /** The JSON of a command that must succeed. */
  json<Value>(...args: string[]): Promise<Value>;
  addMigration(file: string, sql: string): Promise<void>;
  removeMigration(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is sent home, nothing is asked, nothing is kept in the real home folder. */
const quiet = { DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", PGSSLMODE: "disable", CI: "true" };

async function run(folder: string, args: readonly string[]): Promise<CliAnswer> {
  const env = { ...process.env, ...quiet, HOME: folder };
  const all = [program, ...args, "--workdir", folder, "--yes", "--agent", "no"];
  const child = spawn(process.execPath, all, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part: Buffer) => {
    stdout += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    stderr += part.toString();
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  return { code, stdout, stderr };
}

/** Without `migrations` its folder is empty. */
export async function openCli({ migrations = true } = {}): Promise<Cli> {
  const folder = await mkdtemp(join(tmpdir(), "supabase-cli-"));
  const copied = join(folder, "supabase/migrations");
  await mkdir(copied, { recursive: true });
  await cp(join(root, "supabase/config.toml"), join(folder, "supabase/config.toml"));
  if (migrations) await cp(join(root, "supabase/migrations"), copied, { recursive: true });
  return {
    run: (...args) => run(folder, args),
    async json<Value>(...args: string[]) {
      const { code, stdout, stderr } = await run(folder, [...args, "--output-format", "json"]);
      if (code !== 0)
        throw new Error(`supabase ${args[0]} ${args[1]} ended with ${code}: ${stderr}${stdout}`);
      return JSON.parse(stdout) as Value;
    },
    addMigration: (file, sql) => writeFile(join(copied, file), sql),
    removeMigration: (file) => rm(join(copied, file)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
