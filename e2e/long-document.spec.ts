/** A document of 3,000 blocks: all of it is there, within reach of the caret, of keys, of finding and of links. */
import type { Page } from "@playwright/test";
import { body, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

const COUNT = 3_000;

/**
 * A heading, a list of three numbers, and paragraphs; the list is to count from one each time. Each thirtieth has a number
 * of its own, the others come again: the local model works tens of seconds on 3,000 texts that it has not seen.
 */
const lines = Array.from({ length: COUNT }, (_, i) => {
  const place = i % 10;
  const n = i % 30 === 29 ? i : i % 90;
  if (place === 0) return { type: "heading2", markdown: `## Part ${n}`, text: `Part ${n}` };
  if (place < 4) return { type: "number", markdown: `${place}. step ${n}`, text: `step ${n}` };
  return { type: "paragraph", markdown: `Words of ${n} ${"and more of them ".repeat(n % 9)}end`, text: "" };
});
const expected = lines.map(({ type, markdown, text }) => `0 ${type} ${text || markdown}`);

async function importLines(page: Page) {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page
      .getByRole("button", { name: "Other ways to start a document" })
      .click()
      .then(() => page.getByRole("menuitem", { name: "Import Markdown…" }).click()),
  ]);
  const text = `# Long\n\n${lines.map(({ markdown }) => markdown).join("\n\n")}\n`;
  await chooser.setFiles({ name: "long.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
}

const isInSight = (page: Page, id: string) =>
  page.evaluate((block) => {
    const box = document.querySelector(`[data-block-id="${block}"]`)?.getBoundingClientRect();
    return box !== undefined && box.bottom > 0 && box.top < window.innerHeight;
  }, id);

test("a document of 3,000 blocks is shown whole; caret, keys, finding, copying and links reach its end", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Lena");
  await importLines(page);
  const all = body(page).locator("[data-block-id]");
  await expect(all).toHaveCount(COUNT, { timeout: 60_000 });
  expect(await shownBlocks(page)).toEqual(expected);
  expect(await body(page).locator(":scope > .section").count()).toBeGreaterThan(20);

  await all.first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" the needle");
  // a block that begins a section, written in before the browser has drawn it
  await page.evaluate(() => {
    const make = crypto.randomUUID.bind(crypto);
    crypto.randomUUID = (() => make().replace(/..$/, "00")) as typeof crypto.randomUUID;
    return new Promise(requestAnimationFrame);
  });
  await Promise.all([page.keyboard.press("Enter"), page.keyboard.type("behind the last")]);
  await expect(body(page).locator(":scope > .section").last()).toHaveText("behind the last");
  await page.evaluate(() => Reflect.deleteProperty(crypto, "randomUUID"));
  const end = [...expected.slice(0, -1), `${expected.at(-1)} the needle`, "0 paragraph behind the last"];
  expect(await shownBlocks(page)).toEqual(end);
  const id = (await all.nth(COUNT - 1).getAttribute("data-block-id")) ?? "";
  expect(await isInSight(page, id)).toBe(true);

  await page.keyboard.press("Control+Home");
  await expect.poll(() => isInSight(page, id)).toBe(false);
  // the tools beside the text come behind it: until then the key is the browser's own
  await expect(page.getByRole("status", { name: "Blocks" })).toBeAttached();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("needle");
  await page.keyboard.press("Enter");
  const found = page.getByRole("status", { name: "Found" });
  await expect(found).toHaveText("1 of 1");
  await expect.poll(() => isInSight(page, id)).toBe(true);
  // thousands of places: those near what is in sight are drawn, and the others when one comes to them
  await page.getByRole("textbox", { name: "Find", exact: true }).fill("o");
  await expect(found).toHaveText("1000+");
  const places = body(page).locator(".ProseMirror-search-match");
  await expect(places.last()).toBeInViewport();
  expect(await places.count()).toBeLessThan(1_000);
  await expect(async () => {
    // again, where the page was still on its way to what was found before
    await all.first().scrollIntoViewIfNeeded();
    await expect(places.first()).toBeInViewport({ timeout: 1_000 });
  }).toPass();
  expect(await places.count()).toBeLessThan(1_000);
  await page.keyboard.press("Escape");

  // the caret is out of sight, at the start of a section: the key takes it to the end of the one before
  const last = body(page).locator(":scope > .section").last();
  const above = body(page).locator(":scope > .section").nth(-2).locator("[data-block-id]").last();
  // on the first line of what may have several
  await last
    .locator("[data-block-id]")
    .first()
    .click({ position: { x: 4, y: 12 } });
  await page.keyboard.press("Home");
  await expect
    .poll(async () => {
      // again, where the page was still on its way to the caret
      await page.evaluate(() => document.querySelector("[data-block-id]")?.scrollIntoView());
      return isInSight(page, id);
    })
    .toBe(false);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("!");
  await expect(above).toHaveText(/!$/);
  await page.keyboard.press("Backspace");

  // a new block, taken back, in the midst of it; then everything at once
  await all.nth(1_505).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Backspace");
  expect(await shownBlocks(page)).toEqual(end);
  await page.keyboard.press("Control+a");
  const copied = await page.evaluate(
    () =>
      new Promise<string>((done) => {
        window.addEventListener("copy", (event) => done(event.clipboardData?.getData("text/html") ?? ""), {
          once: true,
        });
        document.execCommand("copy");
      }),
  );
  expect(copied.match(/step \d+/g)).toHaveLength(COUNT * 0.3);
  expect(copied).toContain("behind the last");
  expect(copied).not.toContain('class="section"');

  await expect(saveState(page)).toHaveText("Saved");
  await page.goto(`${page.url().split("#")[0]}#${id}`);
  await page.reload();
  await expect.poll(() => isInSight(page, id)).toBe(true);
  expect(await shownBlocks(page)).toEqual(end);
  await page.emulateMedia({ media: "print" });
  expect(
    await body(page)
      .locator(".section")
      .first()
      .evaluate((section) => getComputedStyle(section).contentVisibility),
  ).toBe("visible");
});
