/** From page to page: the page that is on its way, the one that is not reached, and what the tab is called meanwhile. */
import { body, newDocument, saveState } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("a page names its document by what is typed, before anything of it is stored", async ({ browser }) => {
  const { page } = await newPerson(browser, "Tina Title");
  await newDocument(page, "");
  await page.route("**/rpc/append_updates", (route) => route.abort());
  const title = page.getByRole("textbox", { name: "Title" });
  await title.click();
  await page.keyboard.type("Tide tables");
  await expect(page.getByRole("treeitem", { name: "Tide tables", exact: true })).toBeVisible();
  await expect(page.locator(".crumbs [aria-current]")).toHaveText("Tide tables");
  await page.unroute("**/rpc/append_updates");
  await expect(saveState(page)).toHaveText("Saved");
});

test("without a connection one stays where one is, is told, and keeps the focus", async ({ browser }) => {
  const { page } = await newPerson(browser, "Olga Offline");
  const [, elsewhereId] = (await newDocument(page, "Elsewhere")).split("/d/");
  const url = await newDocument(page, "Here");
  let isCut = false;
  await page.route("**/_next/static/**", (route) => (isCut ? route.abort() : route.continue()));
  // a page that has no time asks for nothing ahead, such as the search
  await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await page.goto(url);
  await expect(body(page)).toBeVisible();
  await expect(page.locator("[aria-relevant]"), "where notices are shown").toBeAttached();
  isCut = true;
  await page.context().setOffline(true);
  await body(page).click();
  await page.keyboard.type("words ");
  await page.keyboard.press("Control+k");
  await expect(page.getByText("The search could not be loaded.")).toBeVisible();
  await page.keyboard.type("and more");
  await expect(body(page)).toHaveText("words and more");
  const elsewhere = page.locator(`[role="treeitem"][data-id="${elsewhereId}"]`);
  await elsewhere.locator("a").click();
  const told = page.getByText("This page could not be opened.");
  await expect(told).toHaveCount(1);
  await told.hover(); // it stays under the pointer
  await elsewhere.press("Enter");
  await expect(told).toHaveCount(2);
  await expect(body(page)).toHaveText("words and more");
  expect(page.url()).toBe(url);
  await page.setViewportSize({ width: 375, height: 812 });
  const drawn = await page.locator(".save .words").boundingBox();
  expect(drawn?.width, "one word on a phone: Offline").toBeLessThan(70);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.context().setOffline(false);
  await expect(saveState(page)).toHaveText("Saved");
  await elsewhere.press("Enter");
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Elsewhere");
});

test("a line says that the next page is on its way, by link, key and button, until it is there", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Walt Waits");
  await newDocument(page, "Far");
  await expect(saveState(page)).toHaveText("Saved");
  await newDocument(page, "Near");
  await expect(saveState(page)).toHaveText("Saved");
  let gate = Promise.withResolvers<void>();
  await page.route(/[?&]_rsc=/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  const line = page.getByRole("progressbar", { name: "Opening the page" });
  const far = page.getByRole("treeitem", { name: "Far", exact: true });
  const ways = [
    () => far.locator("a").click(),
    () => page.getByRole("treeitem", { name: "Near", exact: true }).press("Enter"),
    () => page.getByRole("button", { name: "New document" }).click(),
  ];
  for (const [step, title] of ["Far", "Near", ""].entries()) {
    gate = Promise.withResolvers<void>();
    await ways[step]?.();
    await expect(line).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Title" })).not.toHaveText(title || "Far");
    gate.resolve();
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveText(title);
    await expect(line).toHaveCount(0);
  }
});

test("who goes elsewhere while a new document is made stays there", async ({ browser }) => {
  const { page } = await newPerson(browser, "Wim Wanders");
  const url = await newDocument(page, "Chosen");
  await newDocument(page, "Here");
  const gate = Promise.withResolvers<void>();
  await page.route("**/rpc/create_document", async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "New document" }).click();
  await page.getByRole("treeitem", { name: "Chosen", exact: true }).locator("a").click();
  await expect(page).toHaveURL(url);
  await body(page).click();
  const made = page.waitForResponse("**/rpc/create_document");
  gate.resolve();
  await made;
  await expect(page.getByRole("progressbar", { name: "Opening the page" })).toHaveCount(0);
  await page.keyboard.type("words of it");
  await expect(saveState(page)).toHaveText("Saved");
  await expect(body(page)).toHaveText("words of it");
  await expect(page).toHaveURL(url);
});

test("the tab has a name all the way from page to page", async ({ browser }) => {
  const { page } = await newPerson(browser, "Tim Tab");
  await newDocument(page, "Tides");
  await expect(page.getByRole("treeitem", { name: "Tides", exact: true })).toBeVisible();
  await page.evaluate(() => {
    const names = new Set<string>();
    const look = () => {
      names.add(document.title);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(window, { names });
  });
  for (const name of ["Settings", "Trash", "Home"]) {
    await page.getByRole("link", { name, exact: true }).first().click();
    await expect(page).toHaveTitle(`${name} – Command Center`);
    await expect(page.locator("head title")).toHaveCount(1);
  }
  await page.getByRole("treeitem", { name: "Tides", exact: true }).locator("a").click();
  await expect(page).toHaveTitle("Tides – Command Center");
  await expect(page.getByRole("textbox", { name: "Title" })).toBeVisible();
  const names = await page.evaluate(() => [...(window as unknown as { names: Set<string> }).names]);
  expect(names).not.toContain("");
  expect(names).toContain("Settings – Command Center");
});
