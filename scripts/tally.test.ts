import { describe, expect, it } from "vitest";
import { addTallies, closingLine, skippedWhole, tallyFile, tallyPlaywright, tallyVitest } from "./tally.ts";

const test = (status: string, fullName = "a test", skipReason?: string) => ({
  fullName,
  status,
  meta: skipReason ? { skipReason } : {},
  ...(status === "failed" ? { failureMessages: ["\u001b[31m1 is not 2\u001b[39m\n    at line 3"] } : {}),
});
const file = (assertionResults: unknown[], status = "passed", message = "") => ({
  testResults: [{ name: "a.test.ts", status, message, assertionResults }],
});
const spec = (status: string, annotations: unknown[] = []) => ({
  title: "a spec",
  tests: [
    { status, annotations, results: status === "expected" ? [{}] : [{ error: { message: "gone\nat" } }] },
  ],
});

describe("the tally of Vitest's report", () => {
  it("counts passed, failed and skipped, and names the failed with what they said and the skipped with their reasons", () => {
    const report = file(
      [test("passed"), test("failed", "f"), test("skipped", "s", "no ../shared"), test("todo", "t")],
      "failed",
    );
    expect(tallyVitest(report)).toEqual({
      passed: 1,
      failed: 1,
      skipped: [
        { name: "s", reason: "no ../shared" },
        { name: "t", reason: "no reason given (todo)" },
      ],
      problems: ["f: 1 is not 2"],
    });
  });

  it("counts a file that failed outside its tests as one failure", () => {
    const tally = tallyVitest(file([test("passed")], "failed", "cannot load"));
    expect(tally).toMatchObject({ passed: 1, failed: 1 });
    expect(tally.problems[0]).toContain("cannot load");
  });

  it("counts a report without tests as one failure", () => {
    expect(tallyVitest({ testResults: [] })).toMatchObject({
      failed: 1,
      problems: ["the runner reported no test"],
    });
  });
});

describe("the tally of Playwright's report", () => {
  it("counts nested suites, and a test that needed a second try as failed", () => {
    const inner = { specs: [spec("expected"), spec("flaky")] };
    const outer = {
      specs: [spec("unexpected"), spec("skipped", [{ type: "skip", description: "why" }])],
      suites: [inner],
    };
    expect(tallyPlaywright({ suites: [outer], errors: [] })).toMatchObject({
      passed: 1,
      failed: 2,
      skipped: [{ name: "a spec", reason: "why" }],
      problems: ["a spec: gone", "a spec: gone"],
    });
  });

  it("counts an error outside the tests as a failure", () => {
    const report = { suites: [{ specs: [spec("expected")] }], errors: [{ message: "the setup broke" }] };
    expect(tallyPlaywright(report)).toMatchObject({ passed: 1, failed: 1, problems: ["the setup broke"] });
  });
});

describe("the closing line", () => {
  it("counts a missing report as a failure", () => {
    const tally = tallyFile("/nonexistent/report.json", tallyVitest);
    expect(closingLine(tally)).toBe("0 passed, 1 failed");
  });

  it("counts a runner that cannot run here as one skipped test, with the reason", () => {
    const tally = skippedWhole("contract on Postgres 17", "works for root only");
    expect(closingLine(tally)).toBe("0 passed, 0 failed, 1 skipped");
    expect(tally.skipped).toEqual([{ name: "contract on Postgres 17", reason: "works for root only" }]);
  });

  it("adds up, and names skipped tests only when there are some", () => {
    const one = { passed: 2, failed: 0, skipped: [], problems: [] };
    const two = { passed: 1, failed: 1, skipped: [{ name: "a", reason: "b" }], problems: ["c"] };
    expect(closingLine(addTallies([one, one]))).toBe("4 passed, 0 failed");
    expect(closingLine(addTallies([one, two]))).toBe("3 passed, 1 failed, 1 skipped");
  });
});
