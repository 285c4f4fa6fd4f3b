/**
 * `npm run backup`: the local engine's data folder (database, files, keys) in one file, with a sum of each part. The
 * product must not be running on it. A project on a Postgres server or on Supabase is backed up with pg_dump: RUNBOOK.md,
 * "Backup and Restore".
 *
 * --data FOLDER  else COMMAND_CENTER_DATA, else .data
 * --out FILE     else backups/<time>.tar.gz
 *
 * The file holds the keys: whoever has it can be anybody. It is made readable for its owner alone.
 */
import { chmod, cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SCHEMA_MIGRATION } from "../lib/ops/schema-version.ts";
import { VERSION } from "../lib/ops/version.ts";
import { tar } from "./backup/archive.ts";
import { filesOf, foldersOf, refuseBusy } from "./backup/data-folder.ts";
import { differencesFrom, makeManifest } from "./backup/manifest.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { environment } from "./project.ts";

const root = resolve(import.meta.dirname, "..");

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: "string" }, out: { type: "string" } } });
  const env = environment();
  if (env.DATABASE_URL || env.NEXT_PUBLIC_SUPABASE_URL)
    throw new Error(
      "This project's database is on a server: back it up with pg_dump, as RUNBOOK.md says under Backup and Restore.",
    );
  const folder = resolve(root, values.data ?? env.COMMAND_CENTER_DATA ?? ".data");
  const isThere = await stat(join(folder, "keys.json")).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new Error(`${folder} holds no data of the product.`);
  refuseBusy(folder, "no file changes while it is copied");
  const time = new Date().toISOString().replace(/[:.]/g, "-");
  const out = resolve(values.out ?? join(root, "backups", `${time}.tar.gz`));
  await mkdir(dirname(out), { recursive: true });
  const draft = await mkdtemp(join(dirname(out), ".backup-"));
  try {
    const manifest = await makeManifest(folder, { version: VERSION, schemaVersion: SCHEMA_MIGRATION });
    for (const path of foldersOf(folder)) await mkdir(join(draft, "data", path), { recursive: true });
    for (const path of filesOf(folder)) await cp(join(folder, path), join(draft, "data", path));
    // Whoever started on it meanwhile has changed something.
    refuseBusy(folder, "no file changes while it is copied");
    const wrong = await differencesFrom(manifest, join(draft, "data"));
    if (wrong.length > 0)
      throw new Error(`The data folder changed while it was copied: ${wrong[0]}. Try again.`);
    await writeFile(join(draft, "manifest.json"), JSON.stringify(manifest));
    const archive = join(draft, "archive");
    await tar("-czf", archive, "-C", draft, "manifest.json", "data");
    await chmod(archive, 0o600);
    await rename(archive, out);
    const bytes = (await stat(out)).size;
    say(
      `${manifest.files.length} files of ${folder} are in ${out} (${(bytes / 1e6).toFixed(1)} MB). Keep it as you keep a password.`,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

await runBenchmark(main);
