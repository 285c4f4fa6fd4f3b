/** The headings beside the text, and the sheet of shortcuts: by mouse and key, on a desk and on a phone. */
import { blocks, body, newDocument, saveState } from "./document.ts";
import { expectNoFaultsIn } from "./no-faults.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("the outline follows the headings and the page, leads to each, and is a sheet where there is no room", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Ola");
  await page.setViewportSize({ width: 1440, height: 400 });
  await newDocument(page, "Atlas");
  const outline = page.getByRole("navigation", { name: "Outline" });
  const lines = "words\n".repeat(8);
  await page.keyboard.type(lines);
  await expect(outline).toBeHidden();
  const left = async () => (await body(page).boundingBox())?.x;
  const before = await left();
  await page.keyboard.type(`# North\n${lines}## Ice\n${lines}# South`);
  const links = outline.getByRole("link");
  await expect(links).toHaveText(["North", "Ice", "South"]);
  expect(await left(), "the panel moves no text").toBe(before);
  await expect(blocks(page).last(), "the caret's line is clear of the foot").toBeInViewport({ ratio: 1 });
  await page.mouse.wheel(0, 5_000);
  await expect(outline.getByRole("link", { name: "South" })).toHaveAttribute("aria-current", "location");
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(outline.locator("[aria-current]")).toHaveCount(0);

  await outline.getByRole("link", { name: "Ice" }).click();
  const ice = blocks(page).filter({ hasText: "Ice" });
  await expect(ice).toBeInViewport();
  await expect(ice).toHaveClass(/flash/);
  await expect(outline.getByRole("link", { name: "Ice" })).toHaveAttribute("aria-current", "location");
  await page.keyboard.press("ArrowUp");
  await expect(outline.getByRole("link", { name: "North" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(outline.getByRole("link", { name: "North" })).toHaveAttribute("aria-current", "location");
  await expect(blocks(page).filter({ hasText: "North" })).toHaveClass(/flash/);
  await expectNoFaultsIn(page, "a document with its outline", ["light", "dark"]);

  await outline.getByRole("button", { name: "Hide the outline" }).click();
  await expect(outline).toBeHidden();
  await expect(saveState(page)).toHaveText("Saved");
  await page.reload();
  await expect(blocks(page).last()).toHaveText("South");
  const show = async () => {
    await page.getByRole("button", { name: "Document actions" }).click();
    await page.getByRole("menuitem", { name: "Outline" }).click();
  };
  await show();
  await expect(links).toHaveCount(3);

  await page.setViewportSize({ width: 375, height: 600 });
  await expect(outline).toBeHidden();
  await show();
  const sheet = page.getByRole("dialog", { name: "Outline" });
  await expect(sheet.getByRole("link")).toHaveCount(3);
  await expectNoFaultsIn(page, "the outline on a phone", ["light", "dark"]);
  await sheet.getByRole("link", { name: "South" }).click();
  await expect(sheet).toBeHidden();
  await expect(blocks(page).last()).toBeInViewport();
  // the next Tab begins in the page that was jumped in
  await expect(page.locator("#work")).toBeFocused();
});

test("? outside the text and Ctrl+Shift+/ anywhere list the shortcuts; one that is listed does what it says", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Kay");
  await newDocument(page, "Keys");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await page.keyboard.type("sure?");
  await expect(body(page)).toContainText("sure?");
  await expect(sheet).toBeHidden();
  await page.keyboard.press("Control+Shift+?");
  await expect(sheet.getByText("Strikethrough")).toBeVisible();
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 720 });
    await expectNoFaultsIn(page, `the shortcuts at ${width}`, ["light", "dark"]);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.keyboard.press("Escape");
  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("Control+Shift+s");
  await expect(body(page).locator("s")).toHaveText("sure?");
  await expect(page.getByRole("toolbar", { name: "Formatting" })).toBeVisible();
  await page.keyboard.press("Alt+F10");
  await expect(page.locator("[data-format-tools] :focus")).toHaveCount(1);
  await page.getByRole("treeitem").first().focus();
  await page.keyboard.press("?");
  await expect(sheet).toBeVisible();
  await page.keyboard.press("Control+Shift+?");
  await expect(sheet).toBeHidden();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
  await expect(sheet).toBeVisible();
});
