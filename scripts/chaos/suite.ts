/**
 * What a campaign is: runs of one kind, each made from its seed alone, each held to the invariants of
 * lib/core/invariants.ts. A run that breaks one is repeated by its seed; nothing carries over from run to run but the
 * ground they stand on (a server, a browser).
 */

export const SUITES = [
  "model",
  "tree",
  "stack",
  "kill",
  "tab",
  "session",
  "skew",
  "hostile",
  "corrupt",
] as const;
export type SuiteName = (typeof SUITES)[number];

/** What a run did, by name: rows, markers, acknowledged, … Sums over runs. */
export type Counts = Readonly<Record<string, number>>;

export interface Outcome {
  /** One sentence for each violation, beginning with the invariant's id: "I1 …". Empty is the promise. */
  readonly broken: readonly string[];
  readonly counts: Counts;
}

/** What all runs of a suite stand on. */
export interface Ground {
  run(seed: number): Promise<Outcome>;
  close(): Promise<void>;
}

export interface GroundOptions {
  /** One of the suite's plants: an error put in on purpose, that its runs must find. */
  readonly plant: string | null;
  /** Postgres 17 instead of PGlite, for suites with a server. */
  readonly native: boolean;
}

export interface Suite {
  readonly name: SuiteName;
  /** What one run is, in the plural: "histories", "kills". */
  readonly unit: string;
  /** Runs of the full campaign, by hand. */
  readonly full: number;
  /** Runs within `npm test`. */
  readonly share: number;
  /** Planted errors, each found within the share. */
  readonly plants: readonly string[];
  open(options: GroundOptions): Promise<Ground>;
}

export interface Failure {
  readonly seed: number;
  readonly broken: readonly string[];
}

export interface Campaign {
  readonly suite: SuiteName;
  readonly runs: number;
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
}

export interface CampaignOptions extends GroundOptions {
  readonly seed: number;
  readonly runs: number;
  /** Ends at the first run that breaks something: enough for a plant. */
  readonly untilBroken?: boolean;
  /** Told now and then, and of every failure. */
  report?(line: string): void;
}

const REPORT_MS = 10_000;

/** Runs with the seeds `seed`, `seed + 1`, …; an exception in a run is a failure of that run. */
export async function runCampaign(suite: Suite, options: CampaignOptions): Promise<Campaign> {
  const { seed, runs, report } = options;
  const began = performance.now();
  const counts = new Map<string, number>();
  const failures: Failure[] = [];
  let done = 0;
  let told = began;
  const ground = await suite.open(options);
  try {
    for (; done < runs && !(options.untilBroken && failures.length > 0); done++) {
      const { broken, counts: more } = await outcomeOf(ground, seed + done);
      for (const [name, count] of Object.entries(more)) counts.set(name, (counts.get(name) ?? 0) + count);
      if (broken.length > 0) {
        failures.push({ seed: seed + done, broken });
        report?.(`${broken.join("\n")}\n  again: ${replayCommand(suite.name, seed + done, options)}`);
      }
      if (performance.now() - told < REPORT_MS) continue;
      told = performance.now();
      report?.(`${suite.name}: ${done + 1} of ${runs} ${suite.unit}, ${failures.length} broken`);
    }
  } finally {
    await ground.close();
  }
  const seconds = (performance.now() - began) / 1000;
  return { suite: suite.name, runs: done, seed, seconds, counts: Object.fromEntries(counts), failures };
}

async function outcomeOf(ground: Ground, seed: number): Promise<Outcome> {
  try {
    return await ground.run(seed);
  } catch (error) {
    return { broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)], counts: {} };
  }
}

/** The one line that runs a failed run again. */
export function replayCommand(suite: SuiteName, seed: number, { plant, native }: GroundOptions): string {
  const more = `${native ? " --native" : ""}${plant === null ? "" : ` --plant ${plant}`}`;
  return `npm run chaos -- --suite ${suite} --seed ${seed} --runs 1${more}`;
}

/** "model: 10,000 histories in 95 s, 0 broken (rows 123,456, markers 99,000)". */
export function campaignLine({ suite, runs, seconds, counts, failures }: Campaign, unit: string): string {
  const number = (value: number) => Math.round(value).toLocaleString("en");
  const facts = Object.entries(counts).map(([name, count]) => `${name} ${number(count)}`);
  const tail = facts.length > 0 ? ` (${facts.join(", ")})` : "";
  return `${suite}: ${number(runs)} ${unit} in ${number(seconds)} s, ${failures.length} broken${tail}`;
}
