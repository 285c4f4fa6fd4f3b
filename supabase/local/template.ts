/**
 * The folder of a database with the project's migrations and nothing else, made once per machine and copied for each
 * new data folder: initdb and migrations cost seconds of CPU, a copy well under one. Its name carries what it was made
 * with, so another version of PGlite, another bootstrap or another migration makes its own.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { bootstrap, bootstrapText } from "./bootstrap.ts";
import { openPglite } from "./database.ts";
import { migrate, migrationsText } from "./migrate.ts";
import { loadExtensions } from "./services.ts";

const DAY_MS = 86_400_000;

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "command-center");

async function templateName(migrations: string | null): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const { version } = JSON.parse(await readFile(join(dirname(entry), "..", "package.json"), "utf8"));
  const stamp = createHash("sha256").update(await bootstrapText());
  if (migrations) stamp.update(await migrationsText(migrations));
  return `pglite-${version}-${stamp.digest("hex").slice(0, 12)}`;
}

/**
 * Makes `folder` a database that holds what the bootstrap makes and these migrations, if any. The folder must not exist
 * yet. Throws a sentence when a migration fails.
 */
export async function createFromTemplate(folder: string, migrations: string | null = null): Promise<void> {
  const template = await findTemplate(dirname(folder), migrations);
  // A crash while copying leaves only the draft, which the next start removes.
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  // A thousand small files: the synchronous copy takes half the time, and nobody waits meanwhile.
  cpSync(template, draft, { recursive: true });
  await rename(draft, folder);
}

/** In the user's cache, or beside the data where the home cannot be written. */
async function findTemplate(beside: string, migrations: string | null): Promise<string> {
  const name = await templateName(migrations);
  const places = [cacheFolder(), beside].map((place) => join(place, name));
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  for (const place of places) {
    try {
      await mkdir(dirname(place), { recursive: true });
      return await buildTemplate(place, migrations);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM" && code !== "ENOSPC") throw error;
    }
  }
  throw new Error(`No folder for a new database can be written: tried ${places.join(" and ")}.`);
}

async function buildTemplate(place: string, migrations: string | null): Promise<string> {
  const draft = await mkdtemp(`${place}.`);
  const data = join(draft, "data");
  try {
    const database = await openPglite({ folder: data, extensions: await loadExtensions() });
    try {
      await bootstrap(database);
      if (migrations) await migrate(database, migrations);
    } finally {
      await database.close();
    }
    await rename(data, place);
  } catch (error) {
    // Another process was quicker; its template is as good.
    if (!existsSync(place)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOld(place);
  return place;
}

/** Templates of other versions, unless they are so new that a copy of them may be running. */
async function removeOld(place: string): Promise<void> {
  const folder = dirname(place);
  for (const name of await readdir(folder)) {
    const other = join(folder, name);
    if (!name.startsWith("pglite-") || other === place) continue;
    const { mtimeMs } = await stat(other);
    if (Date.now() - mtimeMs > DAY_MS) await rm(other, { recursive: true, force: true });
  }
}
