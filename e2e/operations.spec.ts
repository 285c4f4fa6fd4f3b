/**
 * What operators get: figures for who has the token, ids of requests, what browsers measure, the page of operations, and
 * the runbook's critical path.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "@supabase/supabase-js";
import { blocksOf, readRunbook } from "../supabase/tests/runbook-blocks.ts";
import { body, newDocument, openDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { signUp } from "./person.ts";
import { METRICS_TOKEN } from "./server.ts";
import { expect, test } from "./test.ts";

const headers = { authorization: `Bearer ${METRICS_TOKEN}` };

test("what people do is counted, and told to who has the token alone", async ({
  browser,
  request,
  baseURL,
}) => {
  const origin = String(baseURL ?? process.env.E2E_BASE_URL);
  const read = async () => (await request.get(`${origin}/api/metrics`, { headers })).text();
  const value = (text: string, series: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.split(" ")
        .at(-1) ?? 0,
    );
  for (const authorization of ["", "Bearer x", `Basic ${METRICS_TOKEN}`]) {
    const refused = await request.get(`${origin}/api/metrics`, { headers: { authorization } });
    expect([refused.status(), await refused.text()]).toEqual([401, ""]);
  }
  const before = await read();
  const { page } = await signUp(browser, "Mae Sured");
  const reports: { cookie: string | undefined; body: string }[] = [];
  await page.route("**/api/vitals", async (route) => {
    const cookie = (await route.request().allHeaders()).cookie;
    reports.push({ cookie, body: route.request().postData() ?? "" });
    await route.continue();
  });
  const url = await newDocument(page, "Measured");
  await page.keyboard.type("words");
  await expect(saveState(page)).toHaveText("Saved");
  const answer = await page.request.get(url, { headers: { "x-request-id": "made-up" } });
  const id = answer.headers()["x-request-id"] ?? "";
  expect(id).toMatch(/^[\da-f-]{36}$/);
  expect(answer.headers()["server-timing"]).toBe(`request;desc="${id}"`);
  expect((await page.request.get(url)).headers()["x-request-id"]).not.toBe(id);

  // A page that is put away tells what it has; the part that does so is loaded late.
  const putAway = () =>
    page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      Reflect.deleteProperty(document, "visibilityState");
    });
  await expect(async () => {
    await putAway();
    // Not LCP: it is never told when the page is put away before the browser has handed it over.
    for (const part of ['"create":', '"FCP"']) expect(reports.map((one) => one.body).join()).toContain(part);
  }).toPass({ intervals: [500], timeout: 30_000 });
  expect(reports.map((one) => one.cookie)).toEqual(reports.map(() => undefined));
  const told = reports.map((one) => one.body).join("\n");
  for (const secret of [url.split("/d/")[1], "Measured", "Mae", "@"]) expect(told).not.toContain(secret);

  const text = await read();
  const rose = (series: string) => value(text, series) - value(before, series);
  expect(rose('command_center_events_total{event="sign_up"}')).toBe(1);
  expect(rose('command_center_events_total{event="create"}')).toBeGreaterThanOrEqual(1);
  expect(rose("command_center_append_acknowledged_seconds_count")).toBeGreaterThanOrEqual(1);
  const page200 = 'route="/w/[workspaceId]/d/[documentId]",method="GET",status="2xx"';
  expect(rose(`command_center_http_request_duration_seconds_count{${page200}}`)).toBeGreaterThanOrEqual(2);
  expect(
    rose('command_center_query_duration_seconds_count{call="workspace_members",outcome="ok"}'),
  ).toBeGreaterThan(0);
  expect(value(text, "command_center_database_up")).toBe(1);
  expect(text).toContain('command_center_queue_oldest_seconds{queue="projection"}');

  const post = (data: unknown, more = {}) =>
    request.post(`${origin}/api/vitals`, { data, headers: { origin, ...more } });
  expect((await post({ page: "door", vitals: [], appends: [], events: {}, user: "x" })).status()).toBe(400);
  expect((await post({ page: "x".repeat(5_000) })).status()).toBe(413);
  expect((await post({}, { origin: "https://elsewhere.example" })).status()).toBe(403);
  await openDocument(page, url);
  await expect(body(page)).toContainText("words");
});

test("operators see how it stands, in either theme and on a phone; to others there is no such page", async ({
  browser,
}) => {
  const { page, email } = await signUp(browser, "Opal Rator");
  await page.goto("/ops");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no page here for you");
  await makeOperator(email);
  await page.goto("/ops");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^(?:All is well|.* needs? attention)$/);
  for (const name of ["API response time, P95", "Error rate", "WebSocket connections", "Memory usage"])
    await expect(page.getByRole("region", { name })).toContainText("alert");
  await expect(page.getByRole("region", { name: "WebSocket connections" })).toContainText("Not known");
  await expect(page.getByRole("region", { name: "API response time, P95" })).toContainText("< 500 ms");
  await expect(page.getByRole("list", { name: "Checks" })).toContainText("Database");
  await expect(page.getByRole("region", { name: "Tables and indexes" })).toContainText("HNSW");
  await expect(page.getByRole("region", { name: "Queues" })).toContainText("Rows waiting");
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByRole("button", { name: "Refresh" })).toHaveAttribute("aria-disabled", "false");
  await expectNoFaults(page, "operations");
  const out = await browser.newContext();
  const stranger = await out.newPage();
  await stranger.goto("/ops");
  await stranger.waitForURL(/\/sign-in\?next=%2Fops/);
});

/** As the runbook says it: by whoever holds the secret key. */
async function makeOperator(email: string): Promise<void> {
  const folder = process.env.E2E_DATA_FOLDER ?? "";
  const { port, secretKey } = JSON.parse(readFileSync(join(folder, "keys.json"), "utf8"));
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const { auth } = createClient(`http://127.0.0.1:${port}`, secretKey, options);
  const { data } = await auth.admin.listUsers({ perPage: 1_000 });
  const user = data.users.find((one) => one.email === email);
  const made = await auth.admin.updateUserById(user?.id ?? "", { app_metadata: { operator: true } });
  expect(made.error).toBe(null);
}

test("the runbook's command takes the critical path, and says which step fails where nothing serves", async ({
  baseURL,
}) => {
  const block = blocksOf(readRunbook()).find(({ text }) => text.startsWith("npm run validate"));
  const validate = (address: string) =>
    promisify(execFile)("bash", ["-euc", block?.text ?? "exit 2"], {
      env: { ...process.env, BASE_URL: address, VALIDATE_EMAIL: "", VALIDATE_PASSWORD: "" },
    });
  const { stdout } = await validate(String(baseURL ?? process.env.E2E_BASE_URL));
  expect(stdout.match(/^ok {5}[^:]+/gm)).toHaveLength(12);
  expect(stdout).toContain("its document is deleted forever");
  await expect(validate("http://127.0.0.1:9")).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining("failed sign up"),
  });
});
