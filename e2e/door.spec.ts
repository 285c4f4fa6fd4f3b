/** The way in and out: what is missing or wrong is said, what was typed is kept, and where one wanted to go is remembered. */
import { body, newDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { password, signIn, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("sign-up and sign-in say what is missing under the field, keep what was typed, and reveal no account", async ({
  browser,
}) => {
  const known = await signUp(browser, "Ada Known");
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Name").fill("Eve");
  await page.getByLabel("Email").fill(known.email);
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Too short: a password has at least 10 characters.")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Eve");
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  await expect(page.getByText(/exists|already registered|taken/i)).toHaveCount(0);
  await page.goto("/sign-in");
  for (const email of [known.email, "nobody@example.com"]) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("That email and password do not match.")).toBeVisible();
    await page.reload();
  }
});

test("a signed-out person comes back to where they wanted to go; signing out ends every tab", async ({
  browser,
}) => {
  const { page, email, workspaceUrl } = await signUp(browser, "Ada Tabs");
  const other = await page.context().newPage();
  await other.goto(`${workspaceUrl}/settings`);
  // A menu that opens shows that the tab's own code runs.
  await other.getByRole("button", { name: "Account" }).click();
  await expect(other.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  // this browser forgets the session, also where the service never answers
  await page.route("**/auth/v1/logout*", () => undefined);
  let pages = 0;
  page.on("domcontentloaded", () => pages++);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in\?why=signed-out/);
  await other.waitForURL(/\/sign-in\?why=signed-out/);
  await other.close();
  expect(pages, "led there once, and what is typed there stays").toBe(1);
  await page.goto(`${workspaceUrl}/trash`);
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Password").press("Enter");
  await page.waitForURL(`${workspaceUrl}/trash`);
});

test("signing out with words that are not saved asks first, and they are sent after the next sign-in", async ({
  browser,
}) => {
  const { page, email, workspaceUrl } = await signUp(browser, "Una Sent");
  const url = await newDocument(page, "Unsent");
  await page.keyboard.type("safe ");
  await expect(saveState(page)).toHaveText("Saved");
  await page.route("**/rpc/append_updates", (route) => route.abort());
  await page.keyboard.type("unsent");
  await expect(saveState(page)).not.toHaveText("Saved");
  const signOut = async () => {
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
  };
  await signOut();
  const question = page.getByRole("alertdialog", { name: "Sign out with words that are not saved yet?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(body(page)).toContainText("safe unsent");
  // also from a page that does not show them
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto(workspaceUrl);
  await signOut();
  await question.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
  const back = await page.context().newPage();
  await back.goto("/sign-in");
  await signIn(back, email);
  await back.goto(url);
  await expect(body(back)).toContainText("safe unsent");
  await expect(saveState(back)).toHaveText("Saved");
});

test("the pages of the way in have no fault for axe", async ({ page }) => {
  for (const path of [
    "/sign-up",
    "/sign-in",
    "/forgot-password",
    "/reset-password",
    "/join/unknown",
    "/nowhere",
  ]) {
    await page.goto(path);
    await expectNoFaults(page, path);
  }
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expectNoFaults(page, "sign-up, refused");
});
