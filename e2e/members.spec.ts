/** Who is in a workspace: invited once, given a role, removed; and what those outside are told. */
import { createDocuments } from "./document.ts";
import { password, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("people are invited once, get a role, and are out at once when removed", async ({ browser }) => {
  const owner = await signUp(browser, "Olive Owner");
  await owner.page.goto(`${owner.workspaceUrl}/settings`);
  await owner.page.getByRole("combobox", { name: "Role", exact: true }).selectOption("editor");
  await owner.page.getByRole("button", { name: "Create invitation link" }).click();
  const link = await owner.page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  await expect(owner.page.getByRole("button", { name: "Revoke" })).toHaveCount(1);

  const page = await (await browser.newContext()).newPage();
  await page.goto(link);
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Name").fill("Gus Guest");
  await page.getByLabel("Email").fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Join workspace" }).click();
  await page.waitForURL(owner.workspaceUrl);
  await expect(page.getByRole("button", { name: "New document" })).toBeVisible();

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: "This invitation was used" })).toBeVisible();

  await owner.page.reload();
  await owner.page.getByRole("combobox", { name: "Role of Gus Guest" }).selectOption("viewer");
  await expect(page.getByRole("button", { name: "New document" })).toHaveCount(0);
  await owner.page.getByRole("button", { name: "Remove Gus Guest" }).click();
  await owner.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(/You are no longer a member of Olive Owner's workspace/)).toBeVisible();
  await expect(page).not.toHaveURL(owner.workspaceUrl);
  const answer = await page.goto(owner.workspaceUrl);
  expect(answer?.status()).toBe(404);
  await expect(page.getByText("Not found")).toBeVisible();
});

test("the last owner stays, and is told why", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Una Only");
  const gate = Promise.withResolvers<void>();
  await page.route("**/_next/static/chunks/*.js", async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.goto(`${workspaceUrl}/settings`, { waitUntil: "commit" });
  const role = page.getByRole("combobox", { name: "Role of Una Only" });
  // before the page's code is here, which hears of it all the same
  await role.selectOption("viewer");
  gate.resolve();
  await expect(page.getByText(/keeps at least one owner/)).toBeVisible();
  await expect(role).toHaveValue("owner");
});

test("a document that is not there and one of others answer alike", async ({ browser }) => {
  const owner = await signUp(browser, "Olive Hidden");
  const [id] = await createDocuments(owner.page, 1);
  const stranger = await signUp(browser, "Stan Stranger");
  const said: string[] = [];
  for (const path of [id, crypto.randomUUID(), "nonsense"]) {
    const answer = await stranger.page.goto(`${stranger.workspaceUrl}/d/${path}`);
    expect(answer?.status()).toBe(404);
    said.push(`${await stranger.page.title()} ${await stranger.page.locator("main").textContent()}`);
  }
  expect(said).toEqual([said[0], said[0], said[0]]);
  expect((await stranger.page.goto(owner.page.url()))?.status()).toBe(404);
});
