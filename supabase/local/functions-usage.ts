/** What a process has used, from /proc. Elsewhere than on Linux nobody knows, and nothing is limited. */
import { readFile } from "node:fs/promises";

export interface Usage {
  /** CPU time of the main thread, which is the one that runs a function's code. */
  readonly cpuMs: number;
  /** Memory of its own that lies in RAM: the heap and all that lies outside of it. */
  readonly memoryMb: number;
}

/** Linux counts CPU time in hundredths of a second there, on every machine. */
const TICK_MS = 10;
const USER = 11;
const SYSTEM = 12;

/** Null when the process is gone. */
export async function readUsage(pid: number): Promise<Usage | null> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/task/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/status`, "utf8"),
    ]);
    // The name in brackets may hold anything; what follows it are numbers.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const kilobytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return {
      cpuMs: (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS,
      memoryMb: kilobytes / 1024,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}
