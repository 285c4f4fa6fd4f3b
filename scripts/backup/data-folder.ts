/** The data folder of the local engine: whether somebody works on it, and what of it a backup holds. */
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Made anew at each start, or of no use elsewhere. */
const LEFT_OUT = /^(?:lock(?:\..*)?|functions\.log|functions-cache(?:\/.*)?)$/;

/** Paths of the files of a backup, below the folder, in order. */
export const filesOf = (folder: string): string[] => pathsOf(folder, (entry) => entry.isFile());

/** Empty folders matter to Postgres. */
export const foldersOf = (folder: string): string[] => pathsOf(folder, (entry) => entry.isDirectory());

function pathsOf(folder: string, isWanted: (entry: Dirent) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(isWanted)
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((path) => !LEFT_OUT.test(path))
    .sort();
}

/** The number of the process that works on the folder; null: nobody does. */
export function holderOf(folder: string): number | null {
  let pid: unknown;
  try {
    pid = JSON.parse(readFileSync(join(folder, "lock"), "utf8")).pid;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`The lock of ${folder} cannot be read; start the product on it once and end it.`, {
      cause: error,
    });
  }
  return typeof pid === "number" && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Throws a sentence when the folder is being worked on. */
export function refuseBusy(folder: string, what: string): void {
  const pid = holderOf(folder);
  if (pid !== null)
    throw new Error(
      `${folder} is in use by process ${pid}: end it first, so that ${what}. Nothing was changed.`,
    );
}
