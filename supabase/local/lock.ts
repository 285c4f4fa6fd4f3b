/**
 * One process per data folder: two PGlites on one folder destroy it, and PGlite takes no lock itself.
 *
 * The lock is the file `lock` in the folder, naming the process that holds it. A lock whose process is gone
 * (killed, or its number now belongs to a process that started at another moment) is taken over.
 */
import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

interface Holder {
  readonly pid: number;
  /** When the process began, as the kernel counts it; "" where that is not known. */
  readonly started: string;
  readonly id: string;
}

export interface Lock {
  release(): Promise<void>;
}

export class FolderInUse extends Error {}

/** Throws FolderInUse, with a sentence, when a living process holds the folder. */
export async function lockFolder(folder: string): Promise<Lock> {
  const file = join(folder, "lock");
  const own: Holder = { pid: process.pid, started: await startOf(process.pid), id: randomUUID() };
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await create(file, own)) {
      if ((await holderOf(file))?.id === own.id) return { release: () => release(file, own) };
      continue;
    }
    const holder = await holderOf(file);
    if (holder && (await isAlive(holder))) {
      throw new FolderInUse(
        `The data folder ${folder} is in use by process ${holder.pid}. Stop that one, or choose another folder with COMMAND_CENTER_DATA.`,
      );
    }
    await discard(file, holder);
  }
  throw new FolderInUse(`The data folder ${folder} could not be locked; another process is starting on it.`);
}

/** Writes the whole content before the name appears, so that nobody reads half a lock. */
async function create(file: string, own: Holder): Promise<boolean> {
  const draft = `${file}.${own.id}`;
  const handle = await open(draft, "wx", 0o600);
  await handle.writeFile(JSON.stringify(own));
  await handle.close();
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function holderOf(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Holder;
  } catch {
    return null;
  }
}

/** Two that find the same stale lock: the slower one may catch the quicker one's new lock, and puts it back. */
async function discard(file: string, stale: Holder | null): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const caught = await holderOf(aside);
  if (caught?.id !== stale?.id) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(file: string, own: Holder): Promise<void> {
  if ((await holderOf(file))?.id === own.id) await rm(file, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return (await startOf(holder.pid)) === holder.started;
}

/** Field 22 of /proc/<pid>/stat, counted after the command's closing bracket; "" on systems without /proc. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return "ended";
  return fields[19] ?? "";
}
