/** People in browsers of their own. */
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { createServerClient } from "@supabase/ssr";

export type Person = { page: Page; name: string; email: string; workspaceUrl: string };

export const password = "correct horse battery";

const newEmail = () => `${crypto.randomUUID()}@example.com`;

/** Signed up through the page as a newcomer is, with the first documents in their workspace. */
export async function signUp(browser: Browser, name: string, path = "/sign-up"): Promise<Person> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const email = newEmail();
  await page.goto(path);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/(w|join)\//);
  return { page, name, email, workspaceUrl: page.url() };
}

/** On a page that shows the form, which leads to a workspace. */
export async function signIn(page: Page, email: string, secret = password): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByLabel("Password").press("Enter");
  await page.waitForURL(/\/w\//);
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
}

/** Signed up by the services' interface, with an empty workspace: for tests that are about neither. */
export async function newPerson(
  browser: Browser,
  name: string,
  device: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext(device);
  const page = await context.newPage();
  const base = process.env.E2E_BASE_URL ?? "";
  const email = newEmail();
  const workspaceId = await openAccount(base, { email, name }, async (cookies) => {
    await context.addCookies(cookies.map(({ name: key, value }) => ({ name: key, value, url: base })));
  });
  const workspaceUrl = `${base}/w/${workspaceId}`;
  await page.goto(workspaceUrl);
  return { page, name, email, workspaceUrl };
}

type Cookie = { readonly name: string; readonly value: string };

/** The new account's workspace; its session goes to `keep` as the cookies that the product reads. */
async function openAccount(
  base: string,
  { email, name }: { email: string; name: string },
  keep: (cookies: readonly Cookie[]) => Promise<void>,
): Promise<string> {
  const html = await (await fetch(`${base}/sign-in`)).text();
  const [, config = "{}"] = /id="runtime-config"[^>]*>([^<]*)</.exec(html) ?? [];
  const { url, publishableKey } = JSON.parse(config.replaceAll("&quot;", '"')) as {
    url: string;
    publishableKey: string;
  };
  const jar = new Map<string, string>();
  const client = createServerClient(url, publishableKey, {
    cookies: {
      getAll: () => [...jar].map(([key, value]) => ({ name: key, value })),
      setAll: (cookies) => cookies.forEach((cookie) => void jar.set(cookie.name, cookie.value)),
    },
  });
  const { error } = await client.auth.signUp({ email, password, options: { data: { name } } });
  if (error) throw error;
  const ask = async <Answer>(name_: string, values = {}): Promise<Answer> => {
    const answer = await client.rpc(name_, values);
    if (answer.error) throw new Error(answer.error.message);
    return answer.data as Answer;
  };
  const { workspaceId } = await ask<{ workspaceId: string }>("ensure_account");
  await ask("claim_workspace_seed", { p_workspace_id: workspaceId });
  await ask("finish_workspace_seed", { p_workspace_id: workspaceId });
  await keep([...jar].map(([key, value]) => ({ name: key, value })));
  return workspaceId;
}
