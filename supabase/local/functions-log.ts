/**
 * The functions' log: each line on stderr as `[name] line`, and in `functions.log` of the data folder as JSON
 * with time and function, for whoever asks later. Above 5 MB it becomes `functions.log.1`, and a new one begins.
 */
import { appendFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";

/** Longer lines are cut, as hosted. */
const LINE_LIMIT = 10_000;
const FILE_LIMIT = 5 * 1024 * 1024;

export interface FunctionsLog {
  write(name: string, line: string): void;
  /** Resolves when all of it is in the file. */
  flush(): Promise<void>;
}

export function createLog(dataFolder: string): FunctionsLog {
  const file = join(dataFolder, "functions.log");
  let size: number | null = null;
  let waiting = "";
  let writing: Promise<void> | null = null;

  const append = async () => {
    while (waiting !== "") {
      const text = waiting;
      waiting = "";
      size ??= await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size > FILE_LIMIT) {
        await rename(file, `${file}.1`);
        size = 0;
      }
      await appendFile(file, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    }
  };
  return {
    write(name, line) {
      const cut = line.slice(0, LINE_LIMIT);
      process.stderr.write(`[${name}] ${cut}\n`);
      waiting += `${JSON.stringify({ time: new Date().toISOString(), function: name, message: cut })}\n`;
      writing ??= append()
        .catch((error) => {
          process.stderr.write(`functions: ${error instanceof Error ? error.message : error}\n`);
        })
        .finally(() => {
          writing = null;
        });
    },
    flush: async () => {
      await writing;
    },
  };
}
