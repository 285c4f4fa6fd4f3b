/**
 * The files of Storage, on disk below the data folder. A file is named by the version of its object, a uuid
 * made here, never by what a request says, so that no name leads out of the folder. A file is written whole
 * before its row is, and never changed: after `kill -9` there is a file without a row at worst, and the next
 * start sweeps it away.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

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

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync();
  await handle.close();
}

export async function openFileStore(folder: string): Promise<FileStore> {
  const incoming = join(folder, "incoming");
  const objects = join(folder, "objects");
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await mkdir(objects, { recursive: true, mode: 0o700 });

  // A few hundred files a folder, however many there are.
  const pathOf = (version: string) => {
    if (!VERSION.test(version)) throw new Error("This is not the version of a file.");
    return join(objects, version.slice(0, 2), version);
  };
  const newPath = async () => {
    const version = randomUUID();
    const path = pathOf(version);
    // A folder that is new is itself an entry that must last.
    if (await mkdir(dirname(path), { recursive: true, mode: 0o700 })) await syncFolder(objects);
    return { version, path };
  };

  return {
    async write(bytes) {
      const { version, path } = await newPath();
      const draft = join(incoming, version);
      const handle = await open(draft, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, path);
      await syncFolder(dirname(path));
      return version;
    },
    async copy(version) {
      const target = await newPath();
      try {
        await link(pathOf(version), target.path);
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
      await syncFolder(dirname(target.path));
      return target.version;
    },
    async open(version) {
      if (!VERSION.test(version)) return null;
      try {
        return await open(pathOf(version), "r");
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
    },
    async remove(versions) {
      const paths = versions.flatMap((version) =>
        version && VERSION.test(version) ? [pathOf(version)] : [],
      );
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
