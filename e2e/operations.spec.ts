/**
 * What operators get: figures for who has the token, ids of requests, what browsers measure, the page of operations, and
 * the runbook's critical path.
 */
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BrowserContext } from "@playwright/test";
import { createClient } from "@supabase/supabase-js";
import { blocksOf, readRunbook } from "../supabase/tests/runbook-blocks.ts";
import { body, newDocument, openDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { newPerson, signUp } from "./person.ts";
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
  // others sign up meanwhile, in the tests beside this one
  expect(rose('command_center_events_total{event="sign_up"}')).toBeGreaterThanOrEqual(1);
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

test("a page that could not be shown gives the id by which its failure stands in the log", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await newPerson(browser, "Erin Or");
  const context = page.context();
  const good = await context.cookies();
  await giveUnknownRole(context);
  await page.getByRole("link", { name: "Trash" }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("This page could not be shown");
  await expect(page.getByRole("link", { name: "Settings" }), "the frame stays").toBeVisible();
  const again = page.getByRole("button", { name: "Try again" });
  await page.route("**/api/health/live", (route) => route.abort());
  await again.click();
  await expect(page.getByText("The server cannot be reached just now.")).toBeVisible();
  await page.unroute("**/api/health/live");
  await context.clearCookies();
  await context.addCookies(good);
  await again.click();
  await expect(heading, "the server is asked again").toHaveText("Trash");
  await giveUnknownRole(context);
  const answer = await page.goto(workspaceUrl);
  await expect(heading).toHaveText("This page could not be shown");
  const said = page.getByText("For those who look into it");
  await expect(said).toHaveText(/^For those who look into it: \d+, request [\da-f-]{36}$/);
  const [, digest, requestId] = /: (\d+), request (.+)$/.exec((await said.textContent()) ?? "") ?? [];
  expect(answer?.headers()["x-request-id"]).toBe(requestId);
  const told = () => {
    const lines = readFileSync(process.env.E2E_LOG ?? "", "utf8").split("\n");
    return lines.filter((line) => line.includes(`"${requestId}"`)).map((line) => JSON.parse(line));
  };
  const line = (facts: object) => expect.objectContaining({ level: "error", requestId, ...facts });
  await expect.poll(told).toContainEqual(line({ event: "request", status: 500 }));
  expect(told()).toContainEqual(line({ event: "failed", digest }));
});

/** A token that is good in all but its role, which the database does not know: whatever it is asked fails. */
async function giveUnknownRole(context: BrowserContext): Promise<void> {
  const pieces = (await context.cookies()).filter(({ name }) => /-auth-token(?:\.\d+)?$/.test(name));
  const cookies = pieces.sort((a, b) => (a.name < b.name ? -1 : 1));
  const value = cookies.map((cookie) => cookie.value).join("");
  const session = JSON.parse(Buffer.from(value.replace("base64-", ""), "base64url").toString());
  const [, claims = ""] = session.access_token.split(".");
  const encode = (json: unknown) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const forged = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), role: "nobody" };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(forged)}`;
  const signature = createHmac("sha256", readKeys().jwtSecret).update(signed).digest("base64url");
  const changed = encode({ ...session, access_token: `${signed}.${signature}` });
  await context.clearCookies();
  const name = cookies[0]?.name.replace(/\.\d+$/, "") ?? "";
  await context.addCookies([{ name, value: `base64-${changed}`, url: process.env.E2E_BASE_URL ?? "" }]);
}

/** Of the stand-in that serves these tests. */
const readKeys = (): { port: number; secretKey: string; jwtSecret: string } =>
  JSON.parse(readFileSync(join(process.env.E2E_DATA_FOLDER ?? "", "keys.json"), "utf8"));

/** As the runbook says it: by whoever holds the secret key. */
async function makeOperator(email: string): Promise<void> {
  const { port, secretKey } = readKeys();
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
  const validate = (address: string, more = {}) =>
    promisify(execFile)("bash", ["-euc", block?.text ?? "exit 2"], {
      env: { ...process.env, BASE_URL: address, VALIDATE_EMAIL: "", VALIDATE_PASSWORD: "", ...more },
    });
  const { stdout } = await validate(String(baseURL ?? process.env.E2E_BASE_URL));
  expect(stdout.match(/^ok {5}[^:]+/gm)).toHaveLength(12);
  expect(stdout).toContain("its document is deleted forever");
  await expect(validate("http://127.0.0.1:9")).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining("failed sign up"),
  });
  await expect(validate("http://127.0.0.1:9", { VALIDATE_EMAIL: "ada@example.com" })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("VALIDATE_EMAIL and VALIDATE_PASSWORD go together"),
  });
});
