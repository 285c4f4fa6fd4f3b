import { expect, test } from "vitest";
import { jobPairs } from "./pairs.ts";

test("each job says when it last ended well, and what is wrong with it", () => {
  const time = "2026-11-26T12:00:00Z";
  const job = (name: string, lastSucceeded: string | null, more = {}) => ({
    ...{ job: name, schedule: "", lastSucceeded, lastStatus: null, failures: 0, isLate: false },
    ...more,
  });
  const jobs = [
    job("purge trash", "2026-11-26T11:23:01Z"),
    job("vacuum tables", null),
    job("tidy log", "2026-11-26T09:17:00Z", { isLate: true }),
    job("prune log", "2026-11-26T11:59:30Z", { failures: 2 }),
  ];
  expect(jobPairs({ jobs, time })).toEqual([
    ["purge trash", "36 minutes ago"],
    ["vacuum tables", "not yet"],
    ["tidy log", "late: 2 hours ago"],
    ["prune log", "just now; failed 2 times within the hour"],
  ]);
  expect(jobPairs({ jobs: [], time })).toEqual([["pg_cron", "not available"]]);
});
