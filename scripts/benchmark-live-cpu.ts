/** What processes use of the processors, from /proc; null where there is none. Seconds. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

export type CpuSeconds = {
  readonly own: number;
  /** Of all the processes below it that still run. */
  readonly below: number;
};

type Stat = { readonly parent: number; readonly ticks: number };

/** A process and what it started. */
export function cpuOf(pid: number | undefined): CpuSeconds | null {
  const all = readAll();
  const own = pid === undefined ? undefined : all?.get(pid);
  if (!all || own === undefined || pid === undefined) return null;
  let ticks = 0;
  for (const below of descendantsOf(all, pid)) ticks += all.get(below)?.ticks ?? 0;
  return { own: own.ticks / TICKS_PER_SECOND, below: ticks / TICKS_PER_SECOND };
}

export function parentOf(pid: number): number | undefined {
  return readAll()?.get(pid)?.parent;
}

/** Seconds used between two readings. */
export function cpuBetween(from: CpuSeconds | null, to: CpuSeconds | null): CpuSeconds | null {
  return from && to && { own: to.own - from.own, below: to.below - from.below };
}

function readAll(): Map<number, Stat> | null {
  const all = new Map<number, Stat>();
  try {
    for (const name of readdirSync("/proc")) if (/^\d+$/.test(name)) readOne(all, Number(name));
  } catch {
    // Not Linux.
    return null;
  }
  return all;
}

function readOne(all: Map<number, Stat>, pid: number): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; what follows the last bracket are numbers.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    all.set(pid, { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  } catch {
    // It ended while we looked.
    all.delete(pid);
  }
}

function descendantsOf(all: ReadonlyMap<number, Stat>, pid: number): number[] {
  const found: number[] = [];
  for (const [child, { parent }] of all) {
    if (parent === pid) found.push(child, ...descendantsOf(all, child));
  }
  return found;
}
