import { beforeEach, expect, it } from "vitest";
import { Counter, forgetAll, gaugeLines, Histogram, quantile } from "./instrument.ts";

beforeEach(forgetAll);

it("a histogram counts each value once, in buckets that add up, and keeps labels apart", () => {
  const times = new Histogram("t_seconds", "Times.", [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 3]) times.observe({ route: "/a" }, value);
  times.observe({ route: "/b" }, 0.2);
  expect(times.lines()).toEqual([
    "# HELP t_seconds Times.",
    "# TYPE t_seconds histogram",
    ...['t_seconds_bucket{route="/a",le="0.1"} 2', 't_seconds_bucket{route="/a",le="1"} 3'],
    't_seconds_bucket{route="/a",le="+Inf"} 4',
    ...['t_seconds_sum{route="/a"} 3.65', 't_seconds_count{route="/a"} 4'],
    ...['t_seconds_bucket{route="/b",le="0.1"} 0', 't_seconds_bucket{route="/b",le="1"} 1'],
    't_seconds_bucket{route="/b",le="+Inf"} 1',
    ...['t_seconds_sum{route="/b"} 0.2', 't_seconds_count{route="/b"} 1'],
  ]);
  expect(times.counts(({ route }) => route === "/a")).toEqual([2, 1, 1]);
});

it("two that share a name share what was counted, as the bundles of one process do", () => {
  new Counter("n_total", "Things.").add({ kind: "x" }, 2);
  new Counter("n_total", "Things.").add({ kind: "x" });
  expect(new Counter("n_total", "Things.").lines().at(-1)).toBe('n_total{kind="x"} 3');
});

it("what a label holds cannot end it", () => {
  const sample = { labels: { name: 'a"b\\c\nd' }, value: 1 };
  expect(gaugeLines("g", "One\nline.", [sample])).toEqual([
    ...["# HELP g One\\nline.", "# TYPE g gauge", 'g{name="a\\"b\\\\c\\nd"} 1'],
  ]);
});

it("a quantile lies where Prometheus sees it: within its bucket, and never above the last bound", () => {
  expect(quantile(0.95, [0.1, 0.5, 1], [90, 10, 0, 0])).toBeCloseTo(0.3);
  expect(quantile(0.5, [0.1, 0.5], [2, 0, 0])).toBeCloseTo(0.05);
  expect(quantile(0.95, [0.1, 0.5], [0, 0, 5])).toBe(0.5);
  expect(quantile(0.95, [0.1], [0, 0])).toBe(null);
});
