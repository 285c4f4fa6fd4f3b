/** A forgotten password: from the page that asks for a mail, by the mail in the outbox, to a new password. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { password, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

const chosen = "another staple entirely";

test.skip(!process.env.E2E_DATA_FOLDER, "the mails of a server that was not started here cannot be read");

async function standIn(): Promise<{ url: string; secretKey: string; publishableKey: string }> {
  const folder = process.env.E2E_DATA_FOLDER ?? "";
  const keys = JSON.parse(await readFile(join(folder, "keys.json"), "utf8"));
  return { ...keys, url: `http://127.0.0.1:${keys.port}` };
}

/** Opens the newest mail to the address, as a person does: in the outbox's page. */
async function openOutbox(page: Page, email: string): Promise<void> {
  const { url, secretKey } = await standIn();
  await page.goto(`${url}/mail?${new URLSearchParams({ apikey: secretKey, to: email })}`);
  await expect(page.getByRole("heading", { name: "Reset your password" }).first()).toBeVisible();
}

async function askForMail(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: /forgot/i }).click();
  await page.waitForURL(/\/forgot-password/);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
}

async function trySignIn(page: Page, email: string, secret: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the account service says to the session that a browser holds. */
async function refreshOf(context: BrowserContext): Promise<{ status: number; code: string }> {
  const parts = (await context.cookies()).filter(({ name }) => /^sb-.*-auth-token(\.\d+)?$/.test(name));
  const text = parts
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .map(({ value }) => decodeURIComponent(value))
    .join("");
  const { refresh_token } = JSON.parse(
    Buffer.from(text.replace(/^base64-/, ""), "base64url").toString("utf8"),
  );
  const { url, publishableKey } = await standIn();
  const answer = await fetch(`${url}/auth/v1/token?grant_type=refresh_token`, {
    method: "POST",
    headers: { apikey: publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ refresh_token }),
  });
  const { error_code = "" } = (await answer.json()) as { error_code?: string };
  return { status: answer.status, code: error_code };
}

test("a forgotten password is replaced by the mail's link, once; the old one and the sessions elsewhere end", async ({
  browser,
}) => {
  const elsewhere = await signUp(browser, "Rita Recovers");
  const { email } = elsewhere;
  const context = await browser.newContext();
  const page = await context.newPage();
  await askForMail(page, email);

  await openOutbox(page, email);
  const link = (await page.getByRole("link", { name: "Open the link" }).first().getAttribute("href")) ?? "";
  await page.getByRole("link", { name: "Open the link" }).first().click();
  await page.waitForURL(/\/reset-password/);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page.getByText("Too short: a password has at least 10 characters.")).toBeVisible();
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page.getByText("That is the password you have already.")).toBeVisible();
  await page.getByLabel("New password").fill(chosen);
  await page.getByRole("button", { name: "Save the password" }).click();
  await page.waitForURL(elsewhere.workspaceUrl);

  expect(await refreshOf(elsewhere.page.context())).toEqual({ status: 400, code: "refresh_token_not_found" });
  const fresh = await (await browser.newContext()).newPage();
  await trySignIn(fresh, email, password);
  await expect(fresh.getByText("That email and password do not match.")).toBeVisible();
  await trySignIn(fresh, email, chosen);
  await fresh.waitForURL(elsewhere.workspaceUrl);

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await late.waitForURL(/\/sign-in\?why=link-used/);
  await expect(late.getByText("That link was used already or has run out.")).toBeVisible();
});

test("the link is for the browser that asked: another one that gets hold of it is not let in", async ({
  browser,
}) => {
  const { email } = await signUp(browser, "Rita Robbed");
  const asking = await (await browser.newContext()).newPage();
  await askForMail(asking, email);
  const thief = await (await browser.newContext()).newPage();
  await openOutbox(thief, email);
  await thief.getByRole("link", { name: "Open the link" }).first().click();
  await thief.waitForURL(/\/sign-in\?why=link-used/);
  await thief.goto("/reset-password");
  await thief.getByLabel("New password").fill(chosen);
  await thief.getByRole("button", { name: "Save the password" }).click();
  await thief.waitForURL(/\/sign-in/);
  const owner = await (await browser.newContext()).newPage();
  await trySignIn(owner, email, password);
  await owner.waitForURL(/\/w\//);
});

test("an address without an account gets the same words, and no mail", async ({ page }) => {
  const email = `${crypto.randomUUID()}@example.com`;
  await askForMail(page, email);
  const { url, secretKey } = await standIn();
  const answer = await fetch(`${url}/mail?to=${email}`, { headers: { apikey: secretKey } });
  expect(await answer.json()).toEqual([]);
});
