/**
 * Counters and histograms in the words of Prometheus, and the text that is scraped. Values live with the process, in one
 * place for all of the bundles that Next makes of this file. Whoever adds a label answers for how many values it has:
 * each is a series that is kept for ever.
 */
export type Labels = Readonly<Record<string, string>>;
export type Sample = { readonly labels: Labels; readonly value: number };

type Series = { readonly labels: Labels; readonly counts: number[]; sum: number };
/** Of one family: by its labels as they are written. */
type Family = Map<string, Series>;

const key = Symbol.for("command-center.metrics");
const home = globalThis as { [key]?: Map<string, Family> };

function familyOf(name: string): Family {
  home[key] ??= new Map();
  let family = home[key].get(name);
  if (family === undefined) {
    family = new Map();
    home[key].set(name, family);
  }
  return family;
}

function seriesOf(name: string, labels: Labels, length: number): Series {
  const family = familyOf(name);
  const written = writeLabels(labels);
  let series = family.get(written);
  if (series === undefined) {
    series = { labels, counts: Array<number>(length).fill(0), sum: 0 };
    family.set(written, series);
  }
  return series;
}

export type Metric = { readonly name: string; lines(): string[] };

export class Counter implements Metric {
  readonly name: string;
  readonly help: string;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    seriesOf(this.name, labels, 0).sum += by;
  }

  /** Of all series that `choose` takes. */
  total(choose: (labels: Labels) => boolean = () => true): number {
    return chosen(this.name, choose).reduce((sum, series) => sum + series.sum, 0);
  }

  lines(): string[] {
    const samples = [...familyOf(this.name).values()].map(({ labels, sum }) => ({ labels, value: sum }));
    return [...head(this.name, this.help, "counter"), ...samples.map((one) => line(this.name, one))];
  }
}

export class Histogram implements Metric {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];

  /** `bounds`: the upper ends of the buckets, rising. What is above the last is counted, too. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const series = seriesOf(this.name, labels, this.bounds.length + 1);
    const at = this.bounds.findIndex((bound) => value <= bound);
    const bucket = at === -1 ? this.bounds.length : at;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  /** How many fell into each bucket, the last for what is above all bounds. */
  counts(choose: (labels: Labels) => boolean = () => true): number[] {
    const sums = Array<number>(this.bounds.length + 1).fill(0);
    for (const { counts } of chosen(this.name, choose))
      for (const [at, count] of counts.entries()) sums[at] = (sums[at] ?? 0) + count;
    return sums;
  }

  lines(): string[] {
    const body = [...familyOf(this.name).values()].flatMap((series) => this.#linesOf(series));
    return [...head(this.name, this.help, "histogram"), ...body];
  }

  #linesOf({ labels, counts, sum }: Series): string[] {
    let below = 0;
    const buckets = counts.map((count, at) => {
      below += count;
      const le = at < this.bounds.length ? String(this.bounds[at]) : "+Inf";
      return line(`${this.name}_bucket`, { labels: { ...labels, le }, value: below });
    });
    return [
      ...buckets,
      line(`${this.name}_sum`, { labels, value: sum }),
      line(`${this.name}_count`, { labels, value: below }),
    ];
  }
}

/** What is read when it is asked for. Without samples it is named all the same: it exists, and is not known here. */
export function gaugeLines(
  name: string,
  help: string,
  samples: readonly Sample[],
  type: "gauge" | "counter" = "gauge",
): string[] {
  return [...head(name, help, type), ...samples.map((sample) => line(name, sample))];
}

/** The value below which a share `q` of what was counted lies, interpolated as Prometheus does; null: nothing was counted. */
export function quantile(q: number, bounds: readonly number[], counts: readonly number[]): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [at, bound] of bounds.entries()) {
    const inside = counts[at] ?? 0;
    if (inside > 0 && below + inside >= q * all) {
      const start = bounds[at - 1] ?? 0;
      return start + (bound - start) * ((q * all - below) / inside);
    }
    below += inside;
  }
  return bounds.at(-1) ?? null;
}

/** For tests: as if the process had just begun. */
export function forgetAll(): void {
  home[key]?.clear();
}

function chosen(name: string, choose: (labels: Labels) => boolean): Series[] {
  return [...familyOf(name).values()].filter(({ labels }) => choose(labels));
}

const head = (name: string, help: string, type: string) => [
  `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
  `# TYPE ${name} ${type}`,
];

const line = (name: string, { labels, value }: Sample) => `${name}${writeLabels(labels)} ${value}`;

function writeLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return parts.length > 0 ? `{${parts.join(",")}}` : "";
}

const escapeValue = (value: string) =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
