/** How much script a document's page loads before one can write in it, gzipped as the server sends it. */
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { body, newDocument, openDocument, saveState } from "./document.ts";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

/** What was measured, and a little: whoever adds more finds out here. */
const BUDGET_KB = 530;

/** Bytes by address of every script that the page asks for from now on. */
function scriptsOf(page: Page): Map<string, Promise<number>> {
  const found = new Map<string, Promise<number>>();
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    found.set(
      response.url(),
      response.body().then(
        (bytes) => gzipSync(bytes).length,
        () => 0, // on its way as the test ends: what counts is here by then
      ),
    );
  });
  return found;
}

const kilobytes = async (scripts: Map<string, Promise<number>>): Promise<number> =>
  (await Promise.all(scripts.values())).reduce((sum, bytes) => sum + bytes, 0) / 1000;

test("a document's page loads no more script than its budget, and menus work from the first click", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Wendy");
  const url = await newDocument(page, "Light");
  await page.keyboard.type("words");
  await expect(saveState(page)).toHaveText("Saved");
  const fresh = await browser.newContext({ storageState: await page.context().storageState() });
  const cold = await fresh.newPage();
  const scripts = scriptsOf(cold);
  await openDocument(cold, url);
  await expect(body(cold)).toContainText("words");
  const first = await kilobytes(scripts);
  expect(scripts.size).toBeGreaterThan(5);
  await cold.getByRole("button", { name: "Document actions" }).click();
  await expect(cold.getByRole("menuitem", { name: "Export…" })).toBeVisible();
  console.log(
    `scripts until one can write: ${first.toFixed(1)} kB, with menus: ${(await kilobytes(scripts)).toFixed(1)} kB`,
  );
  expect(first).toBeLessThan(BUDGET_KB);

  // a part that was never used: without a connection it says so, and comes when there is one again
  await fresh.setOffline(true);
  await cold.keyboard.press("Escape");
  await body(cold).click();
  await cold.keyboard.type("more ");
  await cold.keyboard.press("Control+Shift+?");
  await expect(cold.getByText("The list of shortcuts could not be loaded.")).toBeVisible();
  await fresh.setOffline(false);
  await cold.keyboard.press("Control+Shift+?");
  await expect(cold.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await cold.keyboard.press("Escape");
  await expect(body(cold)).toContainText("more");
  await expect(saveState(cold)).toHaveText("Saved");
});
