/** A person in a browser of their own, signed up through the page. */
import type { Browser, Page } from "@playwright/test";

export type Person = { page: Page; name: string; email: string; workspaceUrl: string };

export const password = "correct horse battery";

export async function signUp(browser: Browser, name: string, path = "/sign-up"): Promise<Person> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const email = `${crypto.randomUUID()}@example.com`;
  await page.goto(path);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/(w|join)\//);
  return { page, name, email, workspaceUrl: page.url() };
}
