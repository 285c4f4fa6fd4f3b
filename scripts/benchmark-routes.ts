/**
 * `npm run benchmark:routes -- <url>`: /api/health and /api/auth/session beside a route that does nothing
 * (/api/health/live), asked in turn in one run, so that whatever else the machine does is shared by all three. Changes
 * nothing. The site lets one address ask 600 times a minute; this stays below it.
 */
import { parseArgs } from "node:util";

const EMPTY = "/api/health/live";
const PATHS = [EMPTY, "/api/health", "/api/auth/session"];
const TIMES = 200;
/** Calls at once, for requests a second. */
const ABREAST = 8;

async function ask(url: string): Promise<number> {
  const started = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  return performance.now() - started;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

async function perSecond(url: string): Promise<number> {
  const started = performance.now();
  let left = TIMES;
  const work = async () => {
    while (left-- > 0) await ask(url);
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  return (TIMES / (performance.now() - started)) * 1000;
}

async function measure(base: string): Promise<void> {
  const took = new Map(PATHS.map((path) => [path, [] as number[]]));
  for (const path of PATHS) for (let n = 0; n < 20; n++) await ask(base + path);
  for (let n = 0; n < TIMES; n++) for (const path of PATHS) took.get(path)?.push(await ask(base + path));
  const empty = percentile(took.get(EMPTY) ?? [], 0.95);
  for (const [path, times] of took) {
    const p95 = percentile(times, 0.95);
    const rate = await perSecond(base + path);
    const figures = [`p50 ${percentile(times, 0.5).toFixed(1)} ms`, `p95 ${p95.toFixed(1)} ms`];
    console.log(
      `${path.padEnd(18)} ${figures.join(", ")} (${(p95 / empty).toFixed(2)}×), ${rate.toFixed(0)}/s`,
    );
  }
}

const [base] = parseArgs({ allowPositionals: true }).positionals;
if (!base) throw new Error("Give the address of the site: npm run benchmark:routes -- http://127.0.0.1:3000");
await measure(base.replace(/\/$/, ""));
