/** Columns by keys, by the menu, by dragging and on a phone; two people shape the same ones offline. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  body,
  fetchMenus,
  handleOf,
  invite,
  newDocument,
  openDocument,
  saveState,
  shownBlocks,
  storedBlocks,
} from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

/** Words of each block; columns in brackets, parted by a bar. */
async function shown(page: Page): Promise<string> {
  const lines = (await shownBlocks(page)).map((line) => line.split(" "));
  const words: string[] = [];
  for (const [depth, type, ...text] of lines) {
    if (type === "columns") words.push("[");
    else if (type === "column") words.push(words.at(-1) === "[" ? "" : "|");
    else {
      if (depth === "0" && words.includes("[") && !words.includes("]")) words.push("]");
      words.push(text.join(" ").trim() || "_");
    }
  }
  if (words.includes("[") && !words.includes("]")) words.push("]");
  return words.filter((word) => word !== "").join(" ");
}

const line = (page: Page, words: string) =>
  body(page)
    .locator(".block")
    .filter({ hasText: new RegExp(`^${words}$`) });

async function blockMenu(page: Page, item: string) {
  await page.keyboard.press("Control+/");
  await page.getByRole("menuitem", { name: item }).click();
  await expect(body(page)).toBeFocused();
}

async function dragTo(page: Page, words: string, to: { x: number; y: number }) {
  const grip = await (await handleOf(line(page, words))).boundingBox();
  if (!grip) throw new Error("nothing to drag by");
  await page.mouse.move(grip.x + 8, grip.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x - 30, to.y, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await expect(page.locator(".drop-line")).toBeVisible();
}

test("columns are made, filled, left and taken away by keys, by the mouse and on a phone", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Cora");
  const url = await newDocument(page, "Side by side");
  await page.keyboard.type("/2 col");
  await page.keyboard.press("Enter");
  await page.keyboard.type("left");
  await expect.poll(() => shown(page)).toBe("[ left | _ ] _");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("right");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("behind");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("1. one\ntwo");
  await expect.poll(() => shown(page)).toBe("[ left | right one two ] behind");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Alt+Shift+ArrowUp");
  await blockMenu(page, "Add column");
  await page.keyboard.type("third");
  await expect.poll(() => shown(page)).toBe("[ left | right two one | third ] behind");
  await expect(saveState(page)).toHaveText("Saved");
  await expect
    .poll(async () => (await storedBlocks(page, url)).join())
    .toContain("2 number one,1 column ,2 paragraph third");

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await hasNoFlaws(page);
  }

  // dragged within a column, to the edge of the third, and no further: four are the most
  const box = async (words: string) => {
    const found = await line(page, words).boundingBox();
    if (!found) throw new Error(`${words} is not in sight`);
    return found;
  };
  const two = await box("two");
  expect(two.x - (await box("one")).x).toBe(28); // a level further in, in a narrow column, too
  await dragTo(page, "one", { x: two.x - 20, y: two.y + 2 });
  await page.mouse.up();
  await expect.poll(() => shown(page)).toBe("[ left | right one two | third ] behind");
  const third = await box("third");
  await dragTo(page, "behind", { x: third.x + third.width - 6, y: third.y + 8 });
  await page.mouse.up();
  await expect.poll(() => shown(page)).toBe("[ left | right one two | third | behind ]");
  const tops = await Promise.all(["left", "right", "third", "behind"].map(box));
  expect(new Set(tops.map(({ y }) => y)).size).toBe(1);

  // the gap between the first two is dragged: what one gains the other loses
  const [first, second] = [await box("left"), await box("right")];
  await page.mouse.move(second.x - 20, first.y + 40);
  await page.mouse.down();
  await page.mouse.move(second.x - 8, first.y + 40, { steps: 3 });
  await page.mouse.up();
  await expect.poll(async () => (await box("left")).width - first.width).toBeCloseTo(12, -1);
  expect((await box("third")).width).toBeCloseTo(first.width, 0);

  await page.setViewportSize({ width: 375, height: 740 });
  const lefts = await Promise.all(["left", "right", "third", "behind"].map(box));
  expect(new Set(lefts.map(({ x }) => x)).size).toBe(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  await hasNoFlaws(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await line(page, "third").click();
  await blockMenu(page, "Remove columns");
  await expect.poll(() => shown(page)).toBe("left right one two third behind");
  await page.keyboard.press("Control+z");
  await expect.poll(() => shown(page)).toBe("[ left | right one two | third | behind ]");
});

async function hasNoFlaws(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
    [],
  );
}

test("two people shape the same columns offline and meet", async ({ browser }) => {
  const ada = await newPerson(browser, "Ada");
  const url = await newDocument(ada.page, "Together");
  await ada.page.keyboard.type("/2 col");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("first");
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.type("second");
  await expect(saveState(ada.page)).toHaveText("Saved");
  const bob = await invite(browser, ada, "Bob");
  await openDocument(bob.page, url);
  await openDocument(ada.page, url);
  for (const { page } of [ada, bob]) {
    await expect.poll(() => shown(page)).toBe("[ first | second ] _");
    await fetchMenus(page);
    await page.context().setOffline(true);
  }
  await line(ada.page, "second").click();
  await blockMenu(ada.page, "Add column");
  await ada.page.keyboard.type("of Ada");
  await line(bob.page, "first").click();
  await bob.page.keyboard.press("Alt+Shift+ArrowDown");
  await expect.poll(() => shown(bob.page)).toBe("first second _");
  await bob.page.keyboard.type("of Bob ");
  for (const { page } of [ada, bob]) await page.context().setOffline(false);
  for (const word of ["of Ada", "of Bob", "second"])
    for (const { page } of [ada, bob]) await expect(body(page)).toContainText(word, { timeout: 20_000 });
  await expect.poll(async () => (await shown(ada.page)) === (await shown(bob.page))).toBe(true);
  await expect
    .poll(async () => (await storedBlocks(ada.page, url)).join())
    .toBe((await shownBlocks(ada.page)).join());
});
