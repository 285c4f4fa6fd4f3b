/** When `npm run backup` last wrote a file into BACKUPS (else `backups`), as far as this process can see it. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Null: there is none here. Hosted projects are backed up by Supabase, which tells it in its dashboard. */
export async function findLastBackup(folder = process.env.BACKUPS ?? "backups"): Promise<Date | null> {
  // No folder, no backup. The build must not take along what may lie there.
  const names = await readdir(/* turbopackIgnore: true */ folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".tar.gz"));
  const times = await Promise.all(
    files.map(async (name) => (await stat(join(/* turbopackIgnore: true */ folder, name))).mtimeMs),
  );
  return times.length > 0 ? new Date(Math.max(...times)) : null;
}
