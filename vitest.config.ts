/**
 * One runner for everything without a browser. `npx vitest run path` runs one file; `npm test` runs the
 * projects one after the other, each with its own report in `test-results/`.
 */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification, type Vite } from "vitest/node";

const exclude = ["**/node_modules/**", ".next/**", ".data/**"];

/** These begin first: one that begins last leaves a core idle for minutes. */
const LONG = [
  "chaos",
  "chaos-planted",
  "deletable",
  "planted",
  "process",
  "runbook",
  "soak",
  "travel",
  "robust-process",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** Packages as the product gets them: Markdown's parser has a second version for development that takes twice as long. */
const asShipped: Vite.Plugin = {
  name: "as-shipped",
  configResolved({ ssr, environments }) {
    for (const { resolve } of [ssr, ...Object.values(environments)]) {
      if (resolve?.conditions)
        resolve.conditions = resolve.conditions.filter((name) => name !== "development|production");
    }
  },
};
export default defineConfig({
  plugins: [asShipped],
  test: {
    sequence: { sequencer: LongestFirst },
    // Two cores: more workers only make the timed ones slower.
    maxWorkers: 2,
    projects: [
      { test: { name: "rooms", include: ["scripts/{rooms,rules}.test.ts"], exclude } },
      {
        test: {
          name: "unit",
          include: ["{app,components,lib,scripts}/**/*.test.{ts,tsx}", "supabase/functions/**/*.test.ts"],
          exclude: [...exclude, "scripts/{rooms,rules}.test.ts", "**/*.property.test.ts"],
          // One process for many files: starting one for each took a third of the time. A file leaves nothing behind.
          isolate: false,
          // Only against hanging: on a busy machine a start of a process alone takes many seconds.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "property",
          include: ["{app,components,lib,scripts,supabase}/**/*.property.test.ts"],
          exclude,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "contract",
          include: ["supabase/tests/**/*.test.ts", "supabase/local/**/*.test.ts"],
          exclude: [...exclude, "**/*.property.test.ts"],
          isolate: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each file starts a server of its own. On one Postgres one at a time: only one database can have pg_cron.
          fileParallelism: process.env.DATABASE_URL === undefined,
        },
      },
    ],
  },
});
