/**
 * `npm run restore -- <file>`: puts a backup of `npm run backup` in place. Everything is unpacked and checked beside the
 * data folder first, and then changes places with it in one step: a file that is damaged changes nothing.
 *
 * --data FOLDER  else COMMAND_CENTER_DATA, else .data
 * --force        also over data that is there; that is kept beside it, as <folder>.before-<time>
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SCHEMA_MIGRATION } from "../lib/ops/schema-version.ts";
import { tar } from "./backup/archive.ts";
import { refuseBusy } from "./backup/data-folder.ts";
import { differencesFrom, Manifest } from "./backup/manifest.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { environment } from "./project.ts";

const root = resolve(import.meta.dirname, "..");

async function readManifest(draft: string, file: string): Promise<Manifest> {
  const text = await readFile(join(draft, "manifest.json"), "utf8").catch(() => null);
  const parsed = text === null ? null : Manifest.safeParse(parseJson(text));
  if (!parsed?.success) throw new Error(`${file} is no backup of npm run backup. Nothing was changed.`);
  if (parsed.data.schemaVersion > SCHEMA_MIGRATION)
    throw new Error(
      `${file} was made by version ${parsed.data.version} with migration ${parsed.data.schemaVersion}, which this version lacks. Nothing was changed.`,
    );
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: "string" }, force: { type: "boolean" } },
  });
  const [given] = positionals;
  if (given === undefined) throw new Error("Say which backup: npm run restore -- <file>");
  const file = resolve(given);
  const folder = resolve(root, values.data ?? environment().COMMAND_CENTER_DATA ?? ".data");
  refuseBusy(folder, "nobody writes into what is replaced");
  const isFree = await isEmpty(folder);
  if (!isFree && !values.force)
    throw new Error(
      `${folder} holds data. With --force it is set aside, beside the restored one. Nothing was changed.`,
    );
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}-restore-`));
  try {
    await tar("-xzf", file, "-C", draft, "--no-same-owner").catch((error: Error) => {
      throw new Error(`${file} cannot be unpacked: ${error.message} Nothing was changed.`);
    });
    const manifest = await readManifest(draft, file);
    const data = join(draft, "data");
    for (const path of manifest.folders) await mkdir(join(data, path), { recursive: true });
    const wrong = await differencesFrom(manifest, data);
    if (wrong.length > 0) throw new Error(`${file} is damaged: ${wrong[0]}. Nothing was changed.`);
    refuseBusy(folder, "nobody writes into what is replaced");
    const aside = `${folder}.before-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    if (isFree) await rm(folder, { recursive: true, force: true });
    else await rename(folder, aside);
    await rename(data, folder);
    say(`${folder} is as it was at ${manifest.at}.${isFree ? "" : ` What was there is in ${aside}.`}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

await runBenchmark(main);
