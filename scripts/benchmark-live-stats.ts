/** Times of one kind, in milliseconds, and how they are shown. */

export type Figure = {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
};

/** Percentiles by nearest rank. */
export function figureOf(times: readonly number[]): Figure {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? Number.NaN };
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** A table of text; the first column is left-aligned, the others right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  const lineOf = (row: readonly string[]) =>
    widths
      .map((width, at) => (at === 0 ? (row[at] ?? "").padEnd(width) : (row[at] ?? "").padStart(width)))
      .join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return `${[lineOf(head), rule, ...rows.map(lineOf)].map((line) => line.trimEnd()).join("\n")}\n`;
}

export const ms = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(value < 10 ? 2 : 1));
