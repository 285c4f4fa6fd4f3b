/** A workspace as files, a person's data, and the end of an account: what is gone, what stays, and who may. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { unzipSync } from "fflate";
import { body, callAs, newDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { newPerson, password } from "./person.ts";
import { expect, test } from "./test.ts";

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function download(page: Page, button: string): Promise<Buffer> {
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return readFileSync(await saved.path());
}

async function goDown(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel("Your address").fill(email);
  await page.getByLabel("Your password").fill(secret);
  await page.getByRole("button", { name: "Delete my account" }).click();
}

test("a workspace goes out and in by the settings; a person takes everything along, and goes", async ({
  browser,
}, info) => {
  const olga = await newPerson(browser, "Olga Stays");
  const dora = await newPerson(browser, "Dora Goes");
  const { page } = dora;
  await newDocument(page, "Alone");
  await page.keyboard.type("only mine");
  await expect(saveState(page)).toHaveText("Saved");

  await page.goto(`${dora.workspaceUrl}/settings`);
  await expect(page.getByRole("treeitem", { name: "Alone" })).toBeVisible();
  const zip = await download(page, "Export workspace");
  expect(text(unzipSync(zip)["Alone.md"])).toContain("only mine");
  await page
    .getByLabel("Zip of a workspace")
    .setInputFiles({ name: "all.zip", mimeType: "application/zip", buffer: zip });
  await page.waitForURL(/\/d\//);
  await expect(body(page)).toContainText("only mine");
  await page.goto(`${dora.workspaceUrl}/settings`);
  await expect(page.getByRole("treeitem", { name: "Alone" })).toHaveCount(2);

  // In Olga's workspace Dora writes, and is its only owner's guest.
  const values = { p_workspace_id: olga.workspaceUrl.split("/").at(-1), p_role: "editor" };
  const { token } = await callAs<{ token: string }>(olga.page, "create_invitation", values);
  await callAs(page, "accept_invitation", { p_token: token });
  await page.goto(olga.workspaceUrl);
  await newDocument(page, "Shared");
  await page.keyboard.type("for Olga");
  await expect(saveState(page)).toHaveText("Saved");
  const shared = page.url();

  // The only owner where others are is told what to do.
  await olga.page.goto(`${olga.workspaceUrl}/account`);
  await expect(olga.page.getByText("You are the only owner of a workspace")).toBeVisible();
  await expect(olga.page.getByRole("button", { name: "Delete my account" })).toHaveCount(0);
  await expectNoFaults(olga.page, "an account that cannot go yet");
  await olga.page.getByRole("link", { name: "Members of Olga Stays's workspace" }).click();
  await olga.page.waitForURL(/\/settings$/);
  await expect(olga.page.getByRole("button", { name: "Remove Dora Goes" })).toBeVisible();

  // By the menu, as a person finds it.
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Your account" }).click();
  await expect(page.getByRole("heading", { name: "Your account", exact: true })).toBeVisible();
  await expectNoFaults(page, "account");
  const data = unzipSync(await download(page, "Download my data"));
  const account = JSON.parse(text(data["account.json"])) as { account: { email: string } };
  expect(account.account.email).toBe(dora.email);
  expect([text(data["Shared.md"]), text(data["Alone.md"])].join()).toMatch(/for Olga.*only mine/s);

  await expect(page.getByText("Dora Goes's workspace, where nobody else is: 2 documents")).toBeVisible();
  await expect(page.getByText("What you wrote in Olga Stays's workspace")).toBeVisible();
  await goDown(page, olga.email, password);
  await expect(page.getByLabel("Your address")).toBeFocused();
  await expect(page.getByText(`Type ${dora.email}, the address of this account.`)).toBeVisible();
  await goDown(page, dora.email, "not the password");
  await expect(page.getByText("That is not this account's password. Nothing was deleted.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("account.png"), fullPage: true });
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(shared);
  await expect(body(elsewhere)).toContainText("for Olga");
  // nobody waits for what the service says to the end of a session that it no longer knows
  await page.route("**/auth/v1/logout*", () => undefined);
  await goDown(page, dora.email, password);
  // Where it is a tab's own connection that says so first, that one says "signed out".
  await expect(elsewhere).toHaveURL(/\/sign-in\?why=/);
  // the action's answer and the account's own sign that it ended may both lead there: one breaks off the other
  await expect(page).toHaveURL(/\/sign-in\?why=deleted/);
  await expect(page.getByText("Your account is deleted")).toBeVisible();
  await elsewhere.close();
  await page.getByLabel("Email").fill(dora.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("That email and password do not match.")).toBeVisible();

  // What others keep, without a name.
  await olga.page.goto(shared);
  await expect(body(olga.page)).toContainText("for Olga");
  await olga.page.goto(`${olga.workspaceUrl}/settings`);
  await expect(olga.page.getByText("Only you so far.")).toBeVisible();
  await expect(olga.page.getByText("Dora Goes")).toHaveCount(0);
});
