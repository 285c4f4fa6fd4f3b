/** Ctrl+F within a document: find, go on, replace; and what a reader is offered. */
import AxeBuilder from "@axe-core/playwright";
import { body, newDocument, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("words are found, counted, gone through and replaced, and one undo takes it all back", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Finn");
  await newDocument(page, "Sea");
  await page.keyboard.type("A ship and a Ship\n- shipyard\nno boat");
  // the tools beside the text come behind it: until then the key is the browser's own
  await expect(page.getByRole("status", { name: "Blocks" })).toBeAttached();
  await page.keyboard.press("Control+f");
  const bar = page.getByRole("search", { name: "Find in this document" });
  const found = bar.getByRole("status", { name: "Found" });
  await expect(bar.getByRole("textbox", { name: "Find" })).toBeFocused();
  await page.keyboard.type("ship");
  await expect(found).toHaveText("3");
  await expect(body(page).locator(".ProseMirror-search-match")).toHaveCount(3);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(found).toHaveText("2 of 3");
  await page.keyboard.press("Shift+Enter");
  await expect(found).toHaveText("1 of 3");
  await bar.getByRole("button", { name: "Whole words" }).click();
  await expect(found).toHaveText("1 of 2");
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(found).toHaveText("1 of 1");
  await bar.getByRole("button", { name: "Match case" }).click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
  await page.setViewportSize({ width: 375, height: 700 });
  const field = await bar.getByRole("textbox", { name: "Find" }).boundingBox();
  expect(field?.width, "one sees on a phone what one seeks").toBeGreaterThan(120);
  await page.setViewportSize({ width: 1280, height: 720 });
  await bar.getByRole("textbox", { name: "Replace with" }).fill("canoe");
  await bar.getByRole("button", { name: "Replace", exact: true }).click();
  await expect.poll(() => shownBlocks(page)).toContain("0 paragraph A canoe and a Ship");
  await bar.getByRole("button", { name: "Replace all" }).click();
  await expect.poll(() => shownBlocks(page)).toContain("0 paragraph A canoe and a canoe");
  await expect(page.getByText("1 place was replaced.")).toBeVisible();
  await bar.getByRole("textbox", { name: "Find" }).fill("whale");
  await expect(found).toHaveText("Nothing found");
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await expect(body(page)).toBeFocused();
  await expect(body(page).locator(".ProseMirror-search-match")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect.poll(() => shownBlocks(page)).toContain("0 paragraph A canoe and a Ship");
  // without a keyboard: by the document's menu
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: "Find and replace" }).click();
  await expect(bar.getByRole("textbox", { name: "Find" })).toBeFocused();
  await page.keyboard.type("ship");
  await expect(found).toHaveText("1 of 2");
  // the key has moved the focus before anything that is typed behind it can come
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  const isInField = await body(page).evaluate((element) => {
    const key = { key: "f", ctrlKey: true, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent("keydown", key));
    return document.activeElement?.hasAttribute("data-find");
  });
  expect(isInField).toBe(true);
  await expect(saveState(page)).toHaveText("Saved");

  // by the menu before the bar's own code is here
  const gate = Promise.withResolvers<void>();
  await page.route("**/_next/static/chunks/*.js", async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    if (text.includes("Find in this document")) await gate.promise;
    await route.fulfill({ response: answer, body: text });
  });
  await page.reload();
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: "Find and replace" }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(bar).toHaveCount(0);
  gate.resolve();
  await expect(bar.getByRole("textbox", { name: "Find" })).toBeFocused();
});
