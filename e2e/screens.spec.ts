/** Every screen but the document itself: the trash, home, settings, menus and the sidebar, on a desk and on a phone. */
import type { Locator } from "@playwright/test";
import { body, createDocuments, moveToTrash, newDocument } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { newPerson, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("the trash gives back, and forgets only when asked twice", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Tom Trash");
  const [a] = await createDocuments(page, 2);
  for (const id of [page.url().split("/d/")[1], a]) {
    await page.goto(`${workspaceUrl}/d/${id}`);
    await page.getByRole("button", { name: "Document actions" }).click();
    await page.getByRole("menuitem", { name: "Move to trash" }).click();
    await page.waitForURL(workspaceUrl);
    await expect(page.locator("#work"), "what had the focus went with its page").toBeFocused();
  }
  await page.getByRole("link", { name: "Trash", exact: true }).click();
  await page.waitForURL(`${workspaceUrl}/trash`);
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(2);
  await expectNoFaults(page, "trash");
  await page.getByRole("button", { name: "Restore" }).first().click();
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(1);
  await expect(page.locator(`[data-id="${a}"]`)).toBeVisible();
  await page.getByRole("button", { name: "Delete forever" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Delete “Untitled” forever?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(1);
  await page.getByRole("button", { name: "Delete forever" }).click();
  await expectNoFaults(page, "the question before deleting");
  await dialog.getByRole("button", { name: "Delete forever" }).click();
  await expect(page.getByText("Nothing in the trash")).toBeVisible();
});

test("home, settings, menus and the sheet have no fault for axe", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Axel Axe");
  await createDocuments(page, 2);
  await page.goto(workspaceUrl);
  await expectNoFaults(page, "home");
  await page.getByRole("button", { name: "Account" }).click();
  await expectNoFaults(page, "account menu", { menu: true });
  await page.keyboard.press("Escape");
  await page.goto(`${workspaceUrl}/settings`);
  await page.getByRole("button", { name: "Create invitation link" }).click();
  await expect(page.getByRole("textbox", { name: "Invitation link" })).toBeVisible();
  const top = async (part: Locator) => (await part.boundingBox())?.y ?? 0;
  const [members, links] = [
    page.getByRole("heading", { name: "Members" }),
    page.getByRole("heading", { name: "Links in use" }),
  ];
  expect(await top(page.getByRole("row").nth(1)), "the members stand under their heading").toBeGreaterThan(
    await top(members),
  );
  expect(await top(page.getByRole("row").nth(1))).toBeLessThan(await top(links));
  await expectNoFaults(page, "settings");
});

test("on a phone the sidebar is a sheet that keeps the focus and closes by Escape, a tap outside and a choice", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await signUp(browser, "Pia Phone");
  await page.setViewportSize({ width: 375, height: 812 });
  await page.goto(workspaceUrl);
  const button = page.getByRole("button", { name: "Open navigation" });
  const tree = page.getByRole("tree");
  await expect(tree).toBeHidden();
  await button.click();
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  await expect(page.locator(".work")).toHaveAttribute("inert", "");
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  // a click that was held until React knew its button, in the bar of the page by now, finds the focus nowhere
  await button.evaluate((element: HTMLElement) => {
    element.blur();
    element.click();
  });
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await button.click();
  await page.mouse.click(370, 400);
  await expect(page.getByRole("link", { name: "Settings" })).toBeHidden();
  await button.click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(`${workspaceUrl}/settings`);
  await expect(page.getByRole("link", { name: "Trash", exact: true })).toBeHidden();
  await expect(page.locator("#work"), "not left in what is out of sight").toBeFocused();
});

test("the theme is chosen in the account menu and is there with the first byte", async ({ browser }) => {
  const { page } = await signUp(browser, "Theo Theme");
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Escape");
  const html = await (await page.request.get(page.url())).text();
  expect(html).toContain('data-theme="dark"');
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "As the system" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme");
});

test("long words and titles from right to left stay in their places", async ({ browser }) => {
  const { page, workspaceUrl } = await newPerson(browser, "Lea Long");
  const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
  const hebrew = "מסמך בעברית עם כותרת ארוכה למדי שלא נכנסת בשורה אחת";
  await newDocument(page, `${hebrew}, ${hebrew}, ${hebrew}`);
  const name = page.getByRole("treeitem", { name: hebrew }).locator(".name");
  await expect(name, "so that its end is cut, not its beginning").toHaveCSS("direction", "rtl");
  await newDocument(
    page,
    `A long title that does not stand in one line of the bar beside the others, and ${word}`,
  );
  await expect(page.getByRole("treeitem", { name: word })).toBeVisible();
  const crumb = await page.locator(".crumbs [aria-current]").boundingBox();
  expect(crumb?.height, "one line of the bar").toBeLessThan(30);
  await page.setViewportSize({ width: 375, height: 812 });
  /** Of the words of the list, wherever they are cut. */
  const rightmost = () =>
    page.locator("#main .item :is(.title, .sub)").evaluateAll((all) => {
      const range = document.createRange();
      const edges = all.flatMap((one) => {
        range.selectNodeContents(one);
        return [...range.getClientRects()].map(({ right }) => right);
      });
      return Math.max(...edges);
    });
  await moveToTrash(page);
  await page.goto(`${workspaceUrl}/trash`);
  expect(await rightmost(), "in the trash").toBeLessThanOrEqual(375);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Nothing in the trash")).toBeVisible();
  await page.goto(workspaceUrl);
  expect(await rightmost(), "on the first page").toBeLessThanOrEqual(375);
});

test("in the reader's own colours a list's points and the chosen line are seen", async ({ browser }) => {
  const { page } = await newPerson(browser, "Fay Forced");
  await newDocument(page, "Points");
  await page.keyboard.type("- one");
  await expect(body(page).locator('[data-block-type="bullet"]')).toBeVisible();
  await page.emulateMedia({ forcedColors: "active" });
  const ground = (element: Element, part?: string) => getComputedStyle(element, part).backgroundColor;
  const point = await body(page).locator('[data-block-type="bullet"]').evaluate(ground, "::before");
  expect(point).not.toBe(await page.locator("body").evaluate(ground));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search documents and blocks" }).fill("Points");
  const chosen = page.locator(".hit[aria-selected=true]");
  await expect(chosen).toHaveCSS("outline-style", "solid");
});
