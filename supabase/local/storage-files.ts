/**
 * The files of Storage, on disk below the data folder. A file is named by the version of its object, a uuid
 * made here, never by what a request says, so that no name leads out of the folder. A file is written whole
 * before its row is, and never changed: after `kill -9` there is a file without a row at worst, and the next
 * start sweeps it away.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

export interface FileStore {
  /** Puts the bytes on disk for good; resolves to the new version. */
  write(bytes: Uint8Array): Promise<string>;
  /** A second name for the same bytes, as a version of its own; null when the file is gone. */
  copy(version: string): Promise<string | null>;
  /** Null when there is no such file. */
  open(version: string): Promise<FileHandle | null>;
  remove(versions: readonly (string | null)[]): Promise<void>;
  /** Removes everything that no row names. */
  sweep(known: ReadonlySet<string>): Promise<void>;
}

const VERSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync();
  await handle.close();
}

/** Null where there is no such file. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

async function writeForGood(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function openFileStore(folder: string): Promise<FileStore> {
  const incoming = join(folder, "incoming");
  const objects = join(folder, "objects");
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await mkdir(objects, { recursive: true, mode: 0o700 });

  // A few hundred files a folder, however many there are. Null for what is no version of ours.
  const pathOf = (version: string | null) =>
    version && VERSION.test(version) ? join(objects, version.slice(0, 2), version) : null;
  const newPlace = async () => {
    const version = randomUUID();
    const shelf = join(objects, version.slice(0, 2));
    // A folder that is new is itself an entry that must last.
    if (await mkdir(shelf, { recursive: true, mode: 0o700 })) await syncFolder(objects);
    return { version, shelf, path: join(shelf, version) };
  };

  return {
    async write(bytes) {
      const { version, shelf, path } = await newPlace();
      const draft = join(incoming, version);
      await writeForGood(draft, bytes);
      await rename(draft, path);
      await syncFolder(shelf);
      return version;
    },
    async copy(version) {
      const source = pathOf(version);
      if (!source) return null;
      const { shelf, path, version: fresh } = await newPlace();
      const linked = await unlessMissing(link(source, path).then(() => fresh));
      await syncFolder(shelf);
      return linked;
    },
    async open(version) {
      const path = pathOf(version);
      return path === null ? null : unlessMissing(open(path, "r"));
    },
    async remove(versions) {
      const paths = versions.map(pathOf).filter((path) => path !== null);
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    },
    async sweep(known) {
      for (const shelf of await readdir(objects)) {
        const lost = (await readdir(join(objects, shelf))).filter((name) => !known.has(name));
        await Promise.all(lost.map((name) => rm(join(objects, shelf, name), { force: true })));
      }
    },
  };
}
