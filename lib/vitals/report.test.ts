import { beforeEach, expect, it } from "vitest";
import { forgetAll } from "../ops/instrument.ts";
import { writeMetrics } from "../ops/metrics-text.ts";
import { noteEvent, takeEvents } from "./note-event.ts";
import { count, LONGEST_BODY, readBody, VitalsReport } from "./report.ts";
import { pageKind } from "./watch.ts";

beforeEach(forgetAll);

const good = {
  page: "document",
  vitals: [
    { name: "LCP", value: 900 },
    { name: "CLS", value: 0.01 },
  ],
  appends: [40],
  events: { create: 2 },
};

it("what a browser tells is counted by page and name, times in seconds", () => {
  count(VitalsReport.parse(good));
  const text = writeMetrics({ report: null, health: null, websockets: null });
  for (const line of [
    'command_center_web_vital_seconds_bucket{name="LCP",page="document",le="1"} 1',
    'command_center_web_vital_seconds_bucket{name="LCP",page="document",le="0.5"} 0',
    'command_center_web_vital_shift_sum{page="document"} 0.01',
    "command_center_append_acknowledged_seconds_sum 0.04",
    'command_center_events_total{event="create"} 2',
  ])
    expect(text.split("\n")).toContain(line);
});

it.each([
  ["a page that there is not", { page: "x" }],
  ["a name that there is not", { vitals: [{ name: "FID", value: 1 }] }],
  ["a time that cannot be", { vitals: [{ name: "LCP", value: -1 }] }],
  ["a time without end", { appends: [1e9] }],
  ["more than a page can have", { appends: Array(101).fill(1) }],
  ["an event that only the server knows", { events: { sign_up: 1 } }],
  ["anything that says who", { user: "ada" }],
])("%s is refused", (_, change) => {
  expect(VitalsReport.safeParse({ ...good, ...change }).success).toBe(false);
});

it("a body is read up to its limit, whatever its header says", async () => {
  const post = (body: BodyInit, headers = {}) =>
    new Request("http://here/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
  expect(await readBody(post("{}"))).toBe("{}");
  expect(await readBody(post("x".repeat(LONGEST_BODY)))).toHaveLength(LONGEST_BODY);
  expect(await readBody(post("x".repeat(LONGEST_BODY + 1)))).toBe(null);
  let pulled = 0;
  const endless = new ReadableStream({
    pull: (stream) => {
      pulled++;
      stream.enqueue(new Uint8Array(1_000));
    },
  });
  expect(await readBody(post(endless))).toBe(null);
  expect(pulled).toBeLessThan(10);
});

it("events wait until they are taken, once", () => {
  for (const event of ["create", "create", "export"] as const) noteEvent(event);
  expect([takeEvents(), takeEvents()]).toEqual([{ create: 2, export: 1 }, {}]);
});

it("of a page only its kind is told", () => {
  expect(["/w/1/d/2", "/w/1", "/w/1/settings", "/sign-in"].map(pageKind)).toEqual([
    ...["document", "workspace", "workspace", "door"],
  ]);
});
