/**
 * Counts out of the runners' own JSON reports. A report that is missing, broken or counts no test is a
 * failure by itself: a runner that dies must never look like one that passed.
 */
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

export type Skipped = { name: string; reason: string };
export type Tally = { passed: number; failed: number; skipped: Skipped[]; problems: string[] };

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          failureMessages: z.array(z.string()).optional(),
          status: z.enum(["passed", "failed", "skipped", "pending", "todo", "disabled"]),
          meta: z.object({ skipReason: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

/** Each failure is named. A file that fails outside its tests (it does not load, a hook breaks) counts as one. */
export function tallyVitest(json: unknown): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [], problems: [] };
  for (const file of VitestReport.parse(json).testResults) {
    const failedBefore = tally.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") tally.passed += 1;
      else if (test.status === "failed") addFailure(tally, test.fullName, test.failureMessages?.[0]);
      else
        tally.skipped.push({
          name: test.fullName,
          reason: test.meta?.skipReason ?? `no reason given (${test.status})`,
        });
    }
    if (file.status === "failed" && tally.failed === failedBefore) {
      tally.failed += 1;
      tally.problems.push(`${file.name} failed outside its tests: ${file.message || "no message"}`);
    }
  }
  return refuseEmpty(tally);
}

type PlaywrightSuite = { specs: z.infer<typeof PlaywrightSpec>[]; suites?: PlaywrightSuite[] | undefined };
const PlaywrightSpec = z.object({
  title: z.string(),
  tests: z.array(
    z.object({
      status: z.enum(["expected", "unexpected", "flaky", "skipped"]),
      annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
      results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
    }),
  ),
});
const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({ specs: z.array(PlaywrightSpec), suites: z.array(PlaywrightSuite).optional() }),
);
const PlaywrightReport = z.object({
  suites: z.array(PlaywrightSuite),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** A test that passed only on a second try counts as failed. */
export function tallyPlaywright(json: unknown): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [], problems: [] };
  const report = PlaywrightReport.parse(json);
  for (const spec of report.suites.flatMap(specsOf)) {
    for (const test of spec.tests) {
      if (test.status === "expected") tally.passed += 1;
      else if (test.status === "skipped")
        tally.skipped.push({ name: spec.title, reason: reasonOf(test.annotations) });
      else addFailure(tally, spec.title, test.results.find(({ error }) => error)?.error?.message);
    }
  }
  for (const error of report.errors) {
    tally.failed += 1;
    tally.problems.push(error.message ?? "an error without a message");
  }
  return refuseEmpty(tally);
}

/** Reads a report and counts it; whatever is wrong with the file becomes a failure with a sentence. */
export function tallyFile(path: string, count: (json: unknown) => Tally): Tally {
  try {
    return count(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: 1, skipped: [], problems: [`${path} is no report: ${reason}`] };
  }
}

/** Of a runner that cannot run here: it counts as one skipped test, with the reason. */
export function skippedWhole(name: string, reason: string): Tally {
  return { passed: 0, failed: 0, skipped: [{ name, reason }], problems: [] };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    skipped: tallies.flatMap((tally) => tally.skipped),
    problems: tallies.flatMap((tally) => tally.problems),
  };
}

/** The line that people and machines read: `N passed, N failed`, and `, N skipped` if any. */
export function closingLine(tally: Tally): string {
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : "";
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}

function addFailure(tally: Tally, name: string, message = "no message"): void {
  tally.failed += 1;
  tally.problems.push(`${name}: ${stripVTControlCharacters(message).split("\n", 1)[0]}`);
}

function specsOf(suite: PlaywrightSuite): PlaywrightSuite["specs"] {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
}

function reasonOf(annotations: { type: string; description?: string | undefined }[]): string {
  const skip = annotations.find(({ type }) => type === "skip" || type === "fixme");
  return skip?.description ?? "no reason given";
}

function refuseEmpty(tally: Tally): Tally {
  if (tally.passed + tally.failed + tally.skipped.length > 0) return tally;
  return { ...tally, failed: 1, problems: [...tally.problems, "the runner reported no test"] };
}
