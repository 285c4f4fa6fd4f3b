/** Callouts, toggles and marks by keys and by mouse; what is folded stays with its reader; all of it as Markdown. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { blocks, body, invite, newDocument, openDocument, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

async function expectNoViolations(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
}

async function exported(page: Page): Promise<string> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: "Export…" }).click();
  return readFileSync(await (await waiting).path(), "utf8");
}

test("a callout is made by typing, holds blocks, changes its tone by mouse and keys, and goes out as an alert", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Cal");
  const url = await newDocument(page, "Alerts");
  await page.keyboard.type("!!! Stop the clock");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- and write it down");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("third");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("> [!warning] Hot");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual([
      "0 callout Stop the clock",
      "1 bullet and write it down",
      "1 paragraph third",
      "0 callout Hot",
    ]);

  const note = body(page).getByRole("note", { name: "Note" });
  await expect(note).toHaveText("Stop the clock");
  await expect(body(page).getByRole("note", { name: "Warning" })).toHaveText("Hot");
  await note.getByRole("button").click();
  await expect
    .poll(async () => {
      const menu = await page.getByRole("menu").boundingBox();
      const icon = await note.getByRole("button").boundingBox();
      return menu && icon ? Math.hypot(menu.x - icon.x, menu.y - icon.y - icon.height) : null;
    })
    .toBeLessThan(12);
  await page.getByRole("menuitem", { name: "Tip" }).click();
  await expect(body(page).getByRole("note", { name: "Tip" })).toHaveText("Stop the clock");
  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("menu")).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(body(page).getByRole("note", { name: "Caution" })).toHaveText("Hot");
  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(body(page).getByRole("note", { name: "Warning" })).toHaveText("Hot");

  // an empty line of a callout leads out of it
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("outside");
  await expect(blocks(page).last()).toHaveAttribute("data-depth", "0");
  await expectNoViolations(page);
  await expect(saveState(page)).toHaveText("Saved");
  await openDocument(page, url);
  expect(await exported(page)).toBe(
    "# Alerts\n\n> [!TIP]\n> Stop the clock\n>\n> - and write it down\n>\n> third\n\n> [!WARNING]\n> Hot\n\noutside\n",
  );
});

test("a toggle folds for its reader alone, opens for a caret and a link, and takes what is written after it", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "Ada");
  const { page } = ada;
  const url = await newDocument(page, "Folds");
  await page.keyboard.type(">> Details");
  await page.keyboard.press("Enter");
  await page.keyboard.type("inside");
  const triangle = (text: string) =>
    blocks(page).filter({ hasText: text }).getByRole("button", { name: "What is inside" });
  const inside = blocks(page).filter({ hasText: "inside" });
  await expect(triangle("Details")).toHaveAttribute("aria-expanded", "true");
  await triangle("Details").click();
  await expect(inside).toBeHidden();
  await expect(triangle("Details")).toHaveAttribute("aria-expanded", "false");

  // the caret went to the end of the line; Enter there makes the next toggle
  await page.keyboard.press("Enter");
  await page.keyboard.type("Next");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 toggle Details", "1 paragraph inside", "0 toggle Next"]);
  await expect(saveState(page)).toHaveText("Saved");
  await page.reload();
  await expect(triangle("Details")).toHaveAttribute("aria-expanded", "false");
  await expect(inside).toBeHidden();

  const bea = await invite(browser, ada, "Bea");
  await openDocument(bea.page, url);
  await expect(blocks(bea.page).filter({ hasText: "inside" })).toBeVisible();
  await expect(inside).toBeHidden();
  // where another goes is opened
  await blocks(bea.page).filter({ hasText: "inside" }).click();
  await expect(inside).toBeVisible();

  await blocks(page).filter({ hasText: "Details" }).click();
  await page.keyboard.press("Control+Enter");
  await expect(inside).toBeHidden();
  await expectNoViolations(page);
  const id = await inside.getAttribute("data-block-id");
  await page.goto(`${url}#${id}`);
  await expect(inside).toBeVisible();
  await expect(inside).toHaveClass(/flash/);
  expect(await exported(page)).toBe(
    "# Folds\n\n<details>\n<summary>Details</summary>\n\ninside\n\n</details>\n\n<details>\n<summary>Next</summary>\n\n</details>\n",
  );
});

test("code says its language, is coloured beside the document, and is copied", async ({ browser }) => {
  const { page } = await newPerson(browser, "Cody");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedScript|TrustedHTML/.test(message.text()))
      violations.push(message.text());
  });
  const url = await newDocument(page, "Code");
  await page.keyboard.type("```sql ");
  await page.keyboard.type("select 'a' -- all");
  const code = blocks(page).first();
  await expect(code.locator(".k")).toHaveText(["select"]);
  await expect(code.locator(".s")).toHaveText(["'a'"]);
  await expect(code.locator(".c")).toHaveText(["-- all"]);

  await page.keyboard.press("Control+Enter");
  const field = page.getByRole("combobox", { name: "Language" });
  await expect(field).toBeFocused();
  await page.keyboard.type("py");
  await expect(page.getByRole("option")).toHaveText(["Python"]);
  await page.keyboard.press("Enter");
  await expect(body(page)).toBeFocused();
  await expect(code.getByRole("button", { name: "Python" })).toBeVisible();
  await page.keyboard.type("\nif 1: pass");
  await expect(code.locator(".k")).toHaveText(["all", "if", "pass"]);
  await code.getByRole("button", { name: "Python" }).click();
  await expectNoViolations(page);
  await page.getByRole("option", { name: "Text" }).click();
  await expect(code.locator(".k")).toHaveCount(0);
  await code.getByRole("button", { name: "Copy code" }).click();
  await expect(page.getByText("Code copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("select 'a' -- all\nif 1: pass");
  await expect(saveState(page)).toHaveText("Saved");
  await openDocument(page, url);
  expect(await exported(page)).toBe("# Code\n\n```\nselect 'a' -- all\nif 1: pass\n```\n");
  expect(violations).toEqual([]);
});

test("on a phone a bar above the keyboard formats, inserts, moves and takes back", async ({ browser }) => {
  const { page } = await newPerson(browser, "Pho");
  await newDocument(page, "Phone");
  await page.setViewportSize({ width: 375, height: 812 });
  const bar = page.getByRole("toolbar", { name: "Formatting" });
  const tool = (name: string) => bar.getByRole("button", { name, exact: true });
  await expect(bar).toBeVisible();
  await tool("Insert a block").click();
  await expect(page.getByRole("listbox", { name: "Blocks" })).toBeVisible();
  await page.getByRole("option", { name: "Bulleted list" }).click();
  await page.keyboard.type("milk");
  await tool("Bold").click();
  await expect(tool("Bold")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.type(" now");
  await expect(body(page).locator("strong")).toHaveText(" now");
  await page.keyboard.press("Enter");
  await page.keyboard.type("eggs");
  await tool("Indent").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "1 bullet eggs"]);
  await tool("Outdent").click();
  await tool("To-do").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 task eggs"]);
  await tool("Undo").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 bullet eggs"]);
  await tool("Redo").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 task eggs"]);
  await bar.getByRole("button", { name: "turn into" }).click();
  await page.getByRole("menuitem", { name: "Heading 1" }).click();
  await expect(body(page)).toBeFocused();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 heading1 eggs"]);
  for (const open of [() => tool("More for this block").click(), () => page.keyboard.press("Control+/")]) {
    await open();
    await page.getByRole("menuitem", { name: "Move up" }).click();
    await expect.poll(() => shownBlocks(page)).toEqual(["0 heading1 eggs", "0 bullet milk now"]);
    await tool("Undo").click();
    await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 heading1 eggs"]);
    await page.keyboard.press("Escape");
    await body(page).getByText("eggs").click();
    await page.keyboard.press("End");
  }
  await tool("Move up").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 heading1 eggs", "0 bullet milk now"]);
  await tool("Move down").click();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet milk now", "0 heading1 eggs"]);
  await expect(tool("Open the link")).toBeHidden();
  await tool("Link").click();
  const address = page.getByRole("textbox", { name: "Link address" });
  await expect(address).toBeInViewport({ ratio: 1 });
  await address.fill("/no/such/page");
  await page.keyboard.press("Enter");
  await expect(body(page).getByRole("link")).toHaveText("eggs");
  const followed = page.context().waitForEvent("page");
  await tool("Open the link").click();
  const linked = await followed;
  await expect(linked).toHaveURL(/\/no\/such\/page$/);
  await linked.close();
  await tool("More for this block").click();
  await page.getByRole("menuitem", { name: "Turn into" }).click();
  await expect(page.getByRole("menuitem", { name: "Heading 3" })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await body(page).getByText("eggs").click();

  await expect(bar).toBeVisible();
  const sizes = await bar.getByRole("button").evaluateAll((buttons) =>
    buttons.map((button) => {
      const { width, height } = button.getBoundingClientRect();
      return Math.min(width, height);
    }),
  );
  expect(sizes.length).toBeGreaterThan(12);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
  const { bottom, scrolls } = await page.evaluate(() => ({
    bottom: document.querySelector(".format-bar")?.getBoundingClientRect().bottom,
    scrolls: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  expect(bottom).toBe(812);
  expect(scrolls).toBe(false);
  await expectNoViolations(page);
  await tool("Hide the keyboard").click();
  await expect(bar).toBeHidden();
  await page.setViewportSize({ width: 1280, height: 812 });
  await blocks(page).last().click();
  await expect(page.getByRole("toolbar", { name: "Formatting" })).toBeHidden();

  // where the keyboard leaves little room the list is where there is more, and the page stays where it is
  await page.setViewportSize({ width: 375, height: 440 });
  await body(page).locator(":scope > *").last().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nline".repeat(20));
  await expect(saveState(page)).toHaveText("Saved");
  await page.reload();
  await body(page).locator(":scope > *").last().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await expect(bar).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(300);
  const before = await page.evaluate(() => window.scrollY);
  await tool("Insert a block").click();
  await expect(page.getByRole("option", { name: "Text", exact: true })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => window.scrollY)).toBeGreaterThanOrEqual(before);
  const edge = (selector: string, side: "top" | "bottom" | "right") =>
    page.locator(selector).evaluate((found, at) => found.getBoundingClientRect()[at], side);
  await expect
    .poll(async () => (await edge(".slash", "top")) >= (await edge(".bar", "bottom")), "below the bar")
    .toBe(true);
  await expect
    .poll(
      async () => (await edge(".slash", "bottom")) < (await edge(".format-bar", "top")),
      "above the tools",
    )
    .toBe(true);
  await page.keyboard.press("Backspace");
  await page.keyboard.type("```sql select");
  const languages = blocks(page).last().getByRole("button", { name: "SQL" });
  await languages.scrollIntoViewIfNeeded();
  await languages.click();
  await expect(page.getByRole("option", { name: "SQL", selected: true })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => window.scrollY), "the page stays").toBeGreaterThanOrEqual(before);
  await page.keyboard.press("Escape");
  // from within code, where a slash is a slash
  await tool("Insert a block").click();
  // a desk's page at 200 % has wider margins, which the list keeps, too
  await page.setViewportSize({ width: 640, height: 440 });
  await expect(page.getByRole("option", { name: "Text", exact: true })).toBeVisible();
  await expect
    .poll(async () => (await edge(".slash", "right")) <= (await edge(".body-area", "right")))
    .toBe(true);
});

test("what a finger meets in a text and beside it is as large as a finger", async ({ browser }) => {
  const phone = { hasTouch: true, isMobile: true, viewport: { width: 375, height: 812 } };
  const { page } = await newPerson(browser, "Thumb", phone);
  await page.getByRole("button", { name: "Open navigation" }).tap();
  /** Whether a tap so many px from an element's middle is one on it. */
  const isMetAt = (found: Locator, x: number, y: number) =>
    found.evaluate(
      (element, [dx, dy]) => {
        const box = element.getBoundingClientRect();
        const at = document.elementFromPoint(
          box.x + box.width / 2 + (dx ?? 0),
          box.y + box.height / 2 + (dy ?? 0),
        );
        return at?.closest("button, .task-box") === element;
      },
      [x, y],
    );
  const account = page.getByRole("button", { name: "Account" });
  await expect.poll(() => isMetAt(account, 0, 21)).toBe(true);
  await newDocument(page, "Thumbs");
  await page.keyboard.type("[] milk");
  await page.keyboard.press("Enter");
  await page.keyboard.type("eggs");
  const box = page.locator(".task-box").first();
  expect((await box.boundingBox())?.width).toBe(44);
  await expect.poll(() => isMetAt(box, 0, 15)).toBe(true);
  await page.touchscreen.tap(4, (await box.boundingBox())?.y ?? 0);
  await expect(box).toHaveAttribute("aria-checked", "true");
  const space = await body(page).evaluate((text) => {
    const [square, words] = [".task-box", ".text"].map((one) =>
      text.querySelector(one)?.getBoundingClientRect(),
    );
    return (words?.left ?? 0) - (square?.right ?? 0);
  });
  expect(space, "no letter lies under it").toBeGreaterThanOrEqual(0);
  const clip = (await box.boundingBox()) ?? { x: 0, y: 0, width: 1, height: 1 };
  const sides = await page.evaluate(sidesOfTick, (await page.screenshot({ clip })).toString("base64"));
  expect(Math.abs(sides.before - sides.behind), "the tick is in the middle of its box").toBeLessThanOrEqual(
    2,
  );

  // below code no key of a phone's keyboard leads
  await page.keyboard.type("\n\n``` let a");
  const code = page.locator(".block pre");
  const end = await code.boundingBox();
  await page.touchscreen.tap(180, (end?.y ?? 0) + (end?.height ?? 0) + 40);
  await expect.poll(async () => (await shownBlocks(page)).at(-1)).toBe("0 paragraph ");
  await page.keyboard.type("behind");
  await expect
    .poll(async () => (await shownBlocks(page)).slice(-2))
    .toEqual(["0 code let a", "0 paragraph behind"]);
});

/** Px between the left and right edge of a picture's dark box and the light tick in it. */
async function sidesOfTick(png: string): Promise<{ before: number; behind: number }> {
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = picture;
  const drawing = new OffscreenCanvas(width, height).getContext("2d");
  drawing?.drawImage(picture, 0, 0);
  const { data } = drawing?.getImageData(0, 0, width, height) ?? { data: [] };
  const isLight = (x: number, y: number) => (data[(y * width + x) * 4] ?? 0) > 128;
  const middle = Math.floor(height / 2);
  const columns = Array.from({ length: width }, (_, x) => x);
  const dark = columns.filter((x) => !isLight(x, middle - 8));
  const [left = 0, right = 0] = [dark.at(0), dark.at(-1)];
  const rows = Array.from({ length: 13 }, (_, at) => middle - 6 + at);
  const inside = columns.slice(left, right + 1).map((x) => rows.some((y) => isLight(x, y)));
  return { before: inside.indexOf(true), behind: inside.length - 1 - inside.lastIndexOf(true) };
}
