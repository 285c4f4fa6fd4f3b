/** Says in a sentence why a start failed, where the system only gave a code. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

const ELSEWHERE = "Choose another with COMMAND_CENTER_DATA or --data.";
/** Less than this is as good as full: Postgres takes the next piece of its log, 16 MB, at once. */
const FULL_BELOW_BYTES = 20 * 1024 * 1024;
const LOOK_EVERY_MS = 250;

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

/** The same error when it has its sentence already; else one with a sentence, and the first as its cause. */
export async function explainStart(error: unknown, dataFolder: string): Promise<unknown> {
  if (!isSystemError(error)) return error;
  const sentence = await sentenceFor(error, dataFolder);
  return sentence === null ? error : new Error(sentence, { cause: error });
}

async function sentenceFor(
  { code, path = "its files" }: SystemError,
  folder: string,
): Promise<string | null> {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `The data folder ${folder} cannot be written (${code}). ${ELSEWHERE}`;
    case "EEXIST":
    case "ENOTDIR":
      return `The data folder ${folder} cannot be made: there is a file in its way. ${ELSEWHERE}`;
    case "ENOSPC":
      return full(folder);
    // Copying onto a full disk is told as one of these two.
    case "EIO":
    case "ENOENT":
      if (await isFull(folder)) return full(folder);
      return `The data folder ${folder} cannot be read or made (${code}, ${path}). ${ELSEWHERE}`;
    default:
      return null;
  }
}

/**
 * Calls back once, with a sentence, before the disk is full: PGlite would then answer nothing any more, without a
 * word. Does not keep the process alive.
 */
export function watchDisk(dataFolder: string, onFull: (sentence: string) => void): void {
  const timer = setInterval(async () => {
    if (!(await isFull(dataFolder))) return;
    clearInterval(timer);
    onFull(full(dataFolder));
  }, LOOK_EVERY_MS);
  timer.unref();
}

const full = (folder: string) =>
  `The disk that holds the data folder ${folder} is full. Free some space (an empty database takes 40 MB), or choose another folder with COMMAND_CENTER_DATA or --data.`;

/** The folder may not be there yet; then its nearest parent counts. */
async function isFull(folder: string): Promise<boolean> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => null);
    // A file system of no size at all (such as /proc) is not full.
    if (found) return found.blocks > 0 && found.bavail * found.bsize < FULL_BELOW_BYTES;
    if (place === dirname(place)) return false;
  }
}

function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error && "syscall" in error && "code" in error && /^E[A-Z]+$/.test(String(error.code))
  );
}
