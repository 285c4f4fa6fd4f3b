/** A Vitest reporter: puts the reason of each skipped test where the JSON report shows it (`meta.skipReason`). */
import type { Reporter, TestCase } from "vitest/node";

declare module "vitest" {
  interface TaskMeta {
    skipReason?: string;
  }
}

export default class SkipReasons implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "skipped" && result.note) test.meta().skipReason = result.note;
  }
}
