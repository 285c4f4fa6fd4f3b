/** Whole blocks by keys, by the handle's menu and by dragging. */
import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import {
  blocks,
  body,
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

/** What is said of whole blocks to who does not see them. */
const news = (page: Page) => page.getByRole("status", { name: "Blocks" });
const chosen = (page: Page) => blocks(page).and(page.locator(".chosen"));

/** The page draws nothing that its code asks a frame for, until what this gives is called: a hand is faster. */
async function holdFrames(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(() => {
    const { requestAnimationFrame, cancelAnimationFrame } = window;
    const asked = new Map<number, FrameRequestCallback>();
    let count = 0;
    window.requestAnimationFrame = (callback) => {
      asked.set(++count, callback);
      return count;
    };
    window.cancelAnimationFrame = (id) => void asked.delete(id);
    return () => {
      Object.assign(window, { requestAnimationFrame, cancelAnimationFrame });
      for (const callback of asked.values()) requestAnimationFrame(callback);
    };
  });
  return () => held.evaluate((drawAgain) => drawAgain());
}

test("blocks are chosen, widened, indented, moved, copied, duplicated and deleted by keys", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Kay");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const url = await newDocument(page, "Keys");
  await page.keyboard.type("one\ntwo\nthree\nfour");
  await expect(news(page), "what tells of keys comes behind the text").toBeAttached();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  await expect(chosen(page)).toHaveText(["three"]);
  await page.keyboard.press("Shift+ArrowUp");
  await expect(chosen(page)).toHaveText(["two", "three"]);
  await expect(news(page)).toHaveText("2 blocks chosen");
  await page.keyboard.type("x");
  await page.keyboard.press("Tab");
  await expect(news(page)).toHaveText("On level 2");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 paragraph one", "1 paragraph two", "1 paragraph three", "0 paragraph four"]);
  await page.keyboard.press("Alt+Shift+ArrowDown");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 paragraph one", "0 paragraph four", "1 paragraph two", "1 paragraph three"]);
  await expect(news(page)).toHaveText("Moved to place 3 of 4");
  await expect(chosen(page)).toHaveText(["two", "three"]);
  for (const [key, tag, said] of [
    ["b", "strong", "bold"],
    ["Shift+e", ".math-source", "in formulas"],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await expect(body(page).locator(tag)).toHaveCount(2);
    await expect(news(page)).toHaveText(`2 blocks ${said}`);
    await page.keyboard.press("Control+z");
    await expect(body(page).locator(tag)).toHaveCount(0);
    await expect(news(page)).toHaveText(`2 blocks no longer ${said}`);
  }
  await expect(chosen(page)).toHaveText(["two", "three"]);
  await page.keyboard.press("Control+d");
  await expect(blocks(page)).toHaveCount(6);
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Delete");
  await expect(blocks(page)).toHaveCount(4);
  await expect(news(page)).toHaveText("2 blocks deleted");
  await page.keyboard.press("Control+z");
  await expect(blocks(page)).toHaveCount(6);
  await page.keyboard.press("Control+Shift+z");
  await expect(blocks(page)).toHaveCount(4);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+v");
  await expect(saveState(page)).toHaveText("Saved");
  const expected = await shownBlocks(page);
  expect(expected.filter((line) => /two|three/.test(line))).toHaveLength(4);
  await expect.poll(() => storedBlocks(page, url)).toEqual(expected);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+a");
  await expect(chosen(page)).toHaveCount(expected.length);
  await page.keyboard.press("Enter");
  await expect(chosen(page)).toHaveCount(0);
  await page.keyboard.type("!");
  await expect(body(page)).toContainText("!");
});

test("the handle adds, turns, links and deletes; a block is dragged with all inside it to another level", async ({
  browser,
}) => {
  const dora = await newPerson(browser, "Dora");
  const { page } = dora;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const url = await newDocument(page, "Hands");
  await page.keyboard.type("- alpha\nbeta\n");
  await page.keyboard.press("Tab");
  await page.keyboard.type("inside beta");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("gamma");
  const grip = await handleOf(blocks(page).nth(1));
  // it stands where the hand came to, also where that went over others before the page was drawn
  const topOf = async (one: Locator) => (await one.boundingBox())?.y ?? Number.NaN;
  const tops = await Promise.all([2, 0, 3].map((index) => topOf(blocks(page).nth(index))));
  const left = (await body(page).boundingBox())?.x ?? 0;
  const drawAgain = await holdFrames(page);
  for (const top of tops) await page.mouse.move(left + 60, top + 12);
  await drawAgain();
  await expect
    .poll(async () => Math.abs((await topOf(grip)) - (await topOf(blocks(page).nth(3)))))
    .toBeLessThan(20);
  await handleOf(blocks(page).nth(1));
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
  // beta, with what is inside it, behind gamma and below it
  const target = await blocks(page).nth(3).boundingBox();
  const from = await grip.boundingBox();
  if (!target || !from) throw new Error("nothing to drag");
  await page.mouse.move(from.x + 8, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(target.x + 60, target.y + 4, { steps: 4 });
  await page.mouse.move(target.x + 40, target.y + target.height - 2, { steps: 4 });
  await expect(page.locator(".drop-line")).toBeVisible();
  await page.mouse.up();
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 bullet alpha", "0 bullet gamma", "1 bullet beta", "2 bullet inside beta"]);
  await expect(chosen(page)).toHaveText(["beta", "inside beta"]);
  await page.keyboard.press("Control+z");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 bullet alpha", "0 bullet beta", "1 bullet inside beta", "0 bullet gamma"]);
  // another writes above while it is on its way: it is still the one that was taken
  const guest = await invite(browser, dora, "Gil");
  await openDocument(guest.page, url);
  await blocks(guest.page).nth(0).click();
  await guest.page.keyboard.press("Home");
  await handleOf(blocks(page).nth(1));
  await page.mouse.move(from.x + 8, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(target.x + 60, target.y + 4, { steps: 4 });
  await guest.page.keyboard.press("Enter");
  await expect(blocks(page)).toHaveCount(5);
  const lower = await blocks(page).nth(4).boundingBox();
  if (!lower) throw new Error("nothing to drop at");
  await page.mouse.move(lower.x + 40, lower.y + lower.height - 2, { steps: 4 });
  await page.mouse.up();
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 bullet ", "0 bullet alpha", "0 bullet gamma", "1 bullet beta", "2 bullet inside beta"]);
  await page.keyboard.press("Control+z");
  await guest.page.keyboard.press("Control+z");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 bullet alpha", "0 bullet beta", "1 bullet inside beta", "0 bullet gamma"]);

  // another deletes the block that is on its way: the browser tells nobody of the end, and the handle goes on
  await handleOf(blocks(page).nth(3));
  const start = await grip.boundingBox();
  if (!start) throw new Error("nothing to drag");
  await page.mouse.move(start.x + 8, start.y + 10);
  await page.mouse.down();
  await page.mouse.move(target.x + 60, target.y + 4, { steps: 4 });
  await blocks(guest.page).nth(3).click();
  await guest.page.keyboard.press("Escape");
  await guest.page.keyboard.press("Backspace");
  await expect(blocks(page)).toHaveCount(3);
  await page.mouse.move(5, 5, { steps: 4 });
  await page.mouse.up();
  await handleOf(blocks(page).nth(1));
  await guest.page.keyboard.press("Control+z");
  await expect(blocks(page)).toHaveCount(4);
  await blocks(guest.page).nth(0).click();
  await guest.page.keyboard.press("Home");

  await (await handleOf(blocks(page).nth(0))).click();
  await page.getByRole("menuitem", { name: "Turn into" }).hover();
  await page.getByRole("menuitem", { name: "Heading 2" }).click();
  await expect(body(page).locator("[data-block-type=heading2]")).toHaveText("alpha");
  await (await handleOf(blocks(page).nth(0))).click();
  await page.getByRole("menuitem", { name: "Copy link to block" }).click();
  const firstId = await blocks(page).nth(0).getAttribute("data-block-id");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toMatch(new RegExp(`^https?://.*#${firstId}$`));
  await handleOf(blocks(page).nth(3));
  // another writes above before it is used: the handle is still the one of the block that was pointed at
  await guest.page.keyboard.press("Enter");
  await expect(blocks(page)).toHaveCount(5);
  await page.getByRole("button", { name: "Add a block below" }).click();
  await page.keyboard.type("last");
  await expect.poll(async () => (await shownBlocks(page)).at(-1)).toBe("0 paragraph last");
  await guest.page.keyboard.press("Control+z");
  await expect(blocks(page)).toHaveCount(5);
  await (await handleOf(blocks(page).nth(1))).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 heading2 alpha", "0 bullet gamma", "0 paragraph last"]);
});

test("blocks are chosen by a drag over the empty page, also beyond what is in sight", async ({ browser }) => {
  const { page } = await newPerson(browser, "Mara Frame");
  await newDocument(page, "Frame");
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
  await page.keyboard.type("[line 1](https://example.com) ");
  for (const line of lines.slice(1)) {
    await page.keyboard.press("Enter");
    await page.keyboard.insertText(line);
  }
  await expect(blocks(page)).toHaveCount(40);
  await page.keyboard.press("Control+Home");
  const frame = page.locator(".choosing-frame");
  const placeOf = async (index: number) => {
    const box = await blocks(page).nth(index).boundingBox();
    if (!box) throw new Error("not in sight");
    return box;
  };

  // from beside the second block to beside the fourth, and up again
  const [second, fourth] = [await placeOf(1), await placeOf(3)];
  await page.mouse.move(second.x - 120, second.y + 4);
  await page.mouse.down();
  await page.mouse.move(second.x + 200, fourth.y + 4, { steps: 6 });
  await expect(frame).toBeVisible();
  await expect(chosen(page)).toHaveText(["line 2", "line 3", "line 4"]);
  await page.mouse.move(second.x + 200, second.y + 10, { steps: 4 });
  await expect(chosen(page)).toHaveText(["line 2"]);
  await page.mouse.move(second.x + 200, second.y - 30, { steps: 4 });
  await expect(chosen(page)).toHaveText(["line 1", "line 2"]);
  await page.mouse.up();
  await expect(frame).toHaveCount(0);
  await expect(page.getByRole("toolbar", { name: "Link" }), "blocks are chosen, no link").toBeHidden();
  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Delete");
  await expect(blocks(page).first()).toHaveText("line 3");
  await page.keyboard.press("Control+z");
  await expect(blocks(page)).toHaveCount(40);

  // a click there ends it, and is no drag; a drag that touches nothing chooses nothing
  await page.mouse.move(second.x - 120, second.y + 4);
  await page.mouse.down();
  // also where the hand is faster than the page draws
  const drawAgain = await holdFrames(page);
  await page.mouse.move(second.x - 60, fourth.y + 4, { steps: 4 });
  await page.mouse.up();
  await drawAgain();
  await expect(chosen(page)).toHaveCount(3);
  await page.mouse.click(second.x - 120, second.y + 4);
  await expect(chosen(page)).toHaveCount(0);

  // by the wheel the page goes by under a hand that is still
  await page.mouse.move(second.x - 120, second.y + 4);
  await page.mouse.down();
  await page.mouse.move(second.x - 60, fourth.y + 4, { steps: 4 });
  await expect(chosen(page)).toHaveCount(3);
  await page.mouse.wheel(0, 120);
  await expect.poll(() => chosen(page).count()).toBeGreaterThan(3);
  await page.mouse.wheel(0, -120);
  await expect(chosen(page)).toHaveCount(3);
  await page.mouse.up();
  await page.mouse.click(second.x - 120, second.y + 4);

  // held at the edge the page scrolls, to the last block
  await page.mouse.move(second.x - 120, second.y + 4);
  await page.mouse.down();
  await page.mouse.move(second.x + 100, (page.viewportSize()?.height ?? 0) - 8, { steps: 6 });
  await expect(chosen(page)).toHaveCount(39);
  await page.mouse.up();
  await expect(blocks(page), "the click that ends it begins no line").toHaveCount(40);
  await page.keyboard.press("Backspace");
  await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph line 1 "]);
});
