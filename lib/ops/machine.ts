/** What the machine and this process use. In a container with a limit of memory, memory is the container's. */
import { availableParallelism, cpus, totalmem } from "node:os";

/** Seconds of all processors since the machine began. */
export function readProcessors(): { busy: number; idle: number } {
  const times = cpus().map((one) => one.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0) / 1000;
  const all = times.reduce(
    (sum, { user, nice, sys, irq, idle: rest }) => sum + user + nice + sys + irq + rest,
    0,
  );
  return { busy: all / 1000 - idle, idle };
}

/** 0 to 1. */
export function memoryShare(): number {
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.min(1, Math.max(0, 1 - process.availableMemory() / total));
}

export function readProcess() {
  const { user, system } = process.cpuUsage();
  return {
    processors: availableParallelism(),
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    uptimeSeconds: process.uptime(),
  };
}
