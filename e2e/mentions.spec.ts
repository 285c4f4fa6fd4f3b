/** Naming documents and people in a text, and what leads to a document: by key, by mouse, renamed, on a phone. */
import {
  blocks,
  body,
  caretIsHeard,
  newDocument,
  openDocument,
  saveState,
  storedBlocks,
} from "./document.ts";
import { expectNoFaultsIn } from "./no-faults.ts";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("a document and a person are named in a text, the name follows, and the document says what leads to it", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Ada Lovelace");
  const list = page.getByRole("listbox", { name: "People and documents" });
  const documents = page.getByRole("listbox", { name: "Documents", exact: true });
  const chosen = page.getByRole("option", { selected: true });
  const mentions = body(page).locator("[data-mention]");
  const linked = page.getByRole("region", { name: "Linked from" });
  const target = await newDocument(page, "Launch plan");
  await expect(saveState(page)).toHaveText("Saved");
  await expect(linked).toHaveCount(0);

  const source = await newDocument(page, "Notes");
  await page.keyboard.type("me@example.com is no mention, see @laun");
  await expect(list).toBeVisible();
  await expect(chosen).toContainText("Launch plan");
  await page.keyboard.press("Tab");
  await expect(list).toHaveCount(0);
  await expect(mentions).toHaveText("Launch plan");
  await expect(mentions).toHaveAttribute("href", new URL(target).pathname);
  await page.keyboard.type(" with @ada");
  await expect(chosen).toContainText("Ada Lovelace");
  await expectNoFaultsIn(page, "the list", ["light", "dark"]);
  await page.keyboard.press("Enter");
  await expect(mentions).toHaveText(["Launch plan", "Ada Lovelace"]);
  await page.keyboard.type(", @nobody");
  await expect(page.getByRole("status").getByText("Nothing is called “nobody”")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list).toHaveCount(0);
  await page.keyboard.type("\n```\n@laun");
  await expect(list, "not in code").toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("[[Launch plan]");
  await expect(documents.getByRole("option").first()).toContainText("Launch plan");
  await page.keyboard.type("]");
  await expect(mentions).toHaveCount(3);
  await page.keyboard.type(" and [[Brand new");
  await documents.getByRole("option", { name: "New document “Brand new”" }).click();
  await expect(mentions).toHaveCount(4);
  await expect(page.getByRole("tree").getByText("Brand new")).toBeVisible();
  await expect(saveState(page)).toHaveText("Saved");
  await expect
    .poll(async () => (await storedBlocks(page, source)).join("\n"))
    .toContain("see Launch plan with @Ada Lovelace");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+Shift+z");
  await expect(mentions).toHaveCount(4);

  // to the target by a click; there the way back
  await mentions.first().click();
  await page.waitForURL(target);
  const opener = linked.getByRole("button", { name: /Linked from 2/ });
  await expect(opener).toHaveAttribute("aria-expanded", "false");
  await opener.press("Enter");
  await expect(linked.getByRole("link")).toHaveCount(2);
  await expectNoFaultsIn(page, "what leads here", ["dark", "light"]);
  await page.getByRole("textbox", { name: "Title" }).fill("Start plan");
  await expect(saveState(page)).toHaveText("Saved");
  const first = linked.getByRole("link").filter({ hasText: "no mention" });
  await expect(first).toContainText("Notes");
  await first.press("Enter");
  await page.waitForURL((url) => url.href.startsWith(`${source}#`));
  await expect(blocks(page).filter({ hasText: "no mention" })).toHaveClass(/flash/);
  await expect(mentions.first(), "the name follows").toHaveText("Start plan");

  // by key: chosen, then Enter; and the server's own page has the name of now
  await blocks(page).first().click();
  await body(page).evaluate((element) => {
    const object = element.querySelector(".object");
    const block = object?.parentNode;
    if (block) window.getSelection()?.collapse(block, [...block.childNodes].indexOf(object as ChildNode));
  });
  await caretIsHeard(page);
  await page.keyboard.press("Alt+Enter");
  await page.waitForURL(target);
  const storageState = await page.context().storageState();
  const still = await (await browser.newContext({ storageState, javaScriptEnabled: false })).newPage();
  // the document's row has its name a second or so after the log
  const stillNamed = async () => {
    await still.goto(source);
    return still.locator(".still a.mention").first().textContent();
  };
  await expect.poll(stillNamed).toBe("Start plan");

  // another page hears of a link that goes, and of a document in the trash
  const other = await page.context().newPage();
  await openDocument(other, source);
  const theirs = body(other).locator("[data-mention]");
  await expect(theirs.first()).toHaveText("Start plan");
  await theirs.nth(2).evaluate((element) => {
    const object = element.closest(".object");
    const text = object?.nextSibling;
    if (text) window.getSelection()?.collapse(text, 0);
  });
  await caretIsHeard(other);
  await other.keyboard.press("Backspace");
  await expect(theirs).toHaveCount(3);
  await expect(linked.getByRole("button", { name: /Linked from 1/ })).toBeVisible();
  await page.setViewportSize({ width: 375, height: 700 });
  await body(page).click();
  await page.keyboard.type("back to @no");
  await expect(chosen).toContainText("Notes");
  const box = await list.boundingBox();
  expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 375).toBe(true);
  await expectNoFaultsIn(page, "a phone", ["light"]);
  await chosen.click();
  await expect(mentions).toHaveText("Notes");
  await other.close();
});
