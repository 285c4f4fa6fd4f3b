/** The editor by keys: blocks, shortcuts, the slash menu, undo, import and export, and no fault for axe. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { SLASH_ITEMS } from "../lib/editor/slash-items.ts";
import {
  blocks,
  body,
  invite,
  newDocument,
  openDocument,
  saveState,
  shownBlocks,
  storedBlocks,
} from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { newPerson, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("Markdown shortcuts, nesting and Enter make the blocks one expects", async ({ browser }) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  const url = await newDocument(page, "Blocks");
  await page.keyboard.type(
    "# Heading\n## Second\nPlain **bold** and `code`, ***both*** and ==lit==.\n- one\ntwo\n",
  );
  await page.keyboard.press("Tab");
  await page.keyboard.type(
    "nested\n\n\n1. first\nsecond\n\n[] open\ndone\n\n> quoted\n\n--- ```js\nconst x = 1;",
  );
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("after");
  const expected = [
    "0 heading1 Heading",
    "0 heading2 Second",
    "0 paragraph Plain bold and code, both and lit.",
    "0 bullet one",
    "0 bullet two",
    "1 bullet nested",
    "0 number first",
    "0 number second",
    "0 task open",
    "0 task done",
    "0 quote quoted",
    "0 divider ",
    "0 paragraph  ```js",
    "0 paragraph const x = 1;",
    "0 paragraph ",
    "0 paragraph ",
    "0 paragraph after",
  ];
  await expect.poll(() => shownBlocks(page)).toEqual(expected);
  await expect(body(page).locator("strong")).toHaveText(["bold", "both"]);
  await expect(body(page).locator("em")).toHaveText("both");
  await expect(body(page).locator("mark[data-highlight=yellow]")).toHaveText("lit");
  await expect(body(page).locator("p code")).toHaveText("code");
  await body(page).locator("[data-block-type=task] .task-box").nth(1).click();
  await expect(body(page).locator("[data-block-type=task] [role=checkbox]").nth(1)).toHaveAttribute(
    "aria-checked",
    "true",
  );
  await expect(saveState(page)).toHaveText("Saved");
  await expect.poll(() => storedBlocks(page, url)).toEqual(expected);
  await expectNoFaults(page, "document with blocks");
});

test("the slash menu filters, is worked by keys and by mouse, and leaves no trace when closed", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  await newDocument(page, "Slash");
  await page.keyboard.type("/");
  const menu = page.getByRole("listbox", { name: "Blocks" });
  await expect(menu.getByRole("option")).toHaveCount(SLASH_ITEMS.length);
  await page.keyboard.type("hea");
  await expect(menu.getByRole("option")).toHaveCount(3);
  await page.keyboard.press("ArrowDown");
  await expect(menu.getByRole("option", { name: "Heading 2" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.keyboard.type("By keys\n/");
  await menu.getByRole("option", { name: "To-do list" }).click();
  await page.keyboard.type("by mouse\n\n/zzz");
  await expect(page.getByText("No block is called “zzz”")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 heading1 By keys", "0 task by mouse", "0 paragraph /zzz"]);
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("/");
  await expect(menu).toBeVisible();
  await expectNoFaults(page, "slash menu");

  // a document without a block offers a beginning, and no more once there is one
  await newDocument(page, "Begin");
  const begin = page.getByRole("button", { name: "Start a checklist" });
  await expect(begin).toBeVisible();
  await expect(page).toHaveTitle("Begin – Command Center");
  await expectNoFaults(page, "an empty document");
  await begin.click();
  await page.keyboard.type("milk");
  await expect.poll(() => shownBlocks(page)).toEqual(["0 task milk"]);
  await expect(begin).toHaveCount(0);
  await newDocument(page, "");
  const buffer = Buffer.from("# From a file\n\n- one\n  - two\n");
  await page
    .getByLabel("File to begin with")
    .setInputFiles({ name: "plan.md", mimeType: "text/markdown", buffer });
  await expect.poll(() => shownBlocks(page)).toEqual(["0 bullet one", "1 bullet two"]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("From a file");
  await expect(saveState(page)).toHaveText("Saved");
  // also a table in text
  await newDocument(page, "");
  const csv = Buffer.from('Name;Note\r\nAnn;"says ""hi"";\r\nleaves"\r\n');
  await page
    .getByLabel("File to begin with")
    .setInputFiles({ name: "People.csv", mimeType: "text/csv", buffer: csv });
  await expect(body(page).getByRole("cell")).toHaveText(["Ann", 'says "hi"; leaves']);
  await expect(body(page).getByRole("columnheader")).toHaveText(["Name", "Note"]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("People");
  await expect(saveState(page)).toHaveText("Saved");
});

test("undo takes back one's own change and never another's", async ({ browser }) => {
  const ana = await newPerson(browser, "Ana Kovač");
  const url = await newDocument(ana.page, "Undo");
  await ana.page.keyboard.type("base");
  await expect(saveState(ana.page)).toHaveText("Saved");
  const ben = await invite(browser, ana, "Ben Okafor");
  for (const { page } of [ana, ben]) await openDocument(page, url);
  await body(ana.page).click();
  await ana.page.keyboard.press("Control+End");
  await ana.page.keyboard.press("Enter");
  await ana.page.keyboard.type("mine");
  await expect(body(ben.page).getByText("mine")).toBeVisible();
  await ben.page.getByText("mine").click();
  await ben.page.keyboard.press("End");
  await ben.page.keyboard.type(" yours");
  await expect(body(ana.page).getByText("mine yours")).toBeVisible();
  // as often as keys were pressed: slow ones are a step each
  for (let i = 0; i < 5; i++) await ana.page.keyboard.press("Control+z");
  await expect.poll(() => shownBlocks(ana.page)).toEqual(["0 paragraph base", "0 paragraph  yours"]);
  await expect.poll(() => shownBlocks(ben.page)).toEqual(["0 paragraph base", "0 paragraph  yours"]);
  for (let i = 0; i < 5; i++) await ana.page.keyboard.press("Control+Shift+z");
  await expect.poll(() => shownBlocks(ben.page)).toEqual(["0 paragraph base", "0 paragraph mine yours"]);
});

test("the runbook is there from the start, and its export imports to the same blocks", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Ana Kovač");
  // Home lists it, too, without being loaded again.
  await expect(page.getByRole("main").getByRole("link", { name: /Production Runbook/ })).toBeVisible();
  await page.getByRole("treeitem", { name: /Production Runbook/ }).click();
  await expect(body(page).getByText("Environment Verification")).toBeVisible();
  const before = await shownBlocks(page);
  expect(before.length).toBeGreaterThan(100);
  const url = page.url();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("button", { name: "Document actions" })
      .click()
      .then(() => page.getByRole("menuitem", { name: "Export…" }).click()),
  ]);
  const text = readFileSync(await download.path(), "utf8");
  await page.getByRole("button", { name: "Other ways to start a document" }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("menuitem", { name: "Import Markdown…" }).click(),
  ]);
  await chooser.setFiles({ name: "again.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  await page.waitForURL((address) => address.href !== url && address.pathname.includes("/d/"));
  await expect(body(page).getByText("Environment Verification")).toBeVisible();
  await expect.poll(() => shownBlocks(page)).toEqual(before);
  await expect.poll(() => storedBlocks(page, page.url())).toHaveLength(before.length);
});

test("a file that is no Markdown is refused with a sentence", async ({ browser }) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  for (const buffer of [Buffer.from([0, 1, 2, 255, 254, 0]), Buffer.alloc(10_000_001, 97)]) {
    await page.getByRole("button", { name: "Other ways to start a document" }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("menuitem", { name: "Import Markdown…" }).click(),
    ]);
    await chooser.setFiles({ name: "bad.md", mimeType: "text/markdown", buffer });
    await expect(page.getByText("“bad.md” was not imported.").first()).toBeVisible();
  }
  await expect(page.getByRole("treeitem")).toHaveCount(0);
});

test("from sign-up to a saved line with the keyboard alone", async ({ page }) => {
  await page.goto("/sign-up");
  const tabTo = async (name: string | RegExp, role: "textbox" | "button") => {
    const target = page.getByRole(role, { name, exact: typeof name === "string" }).first();
    for (let i = 0; i < 40; i++) {
      if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo("Name", "textbox");
  await page.keyboard.type("Kai Keys");
  await tabTo("Email", "textbox");
  await page.keyboard.type(`${crypto.randomUUID()}@example.com`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/w\//);
  await expect(page.getByRole("treeitem", { name: "Welcome" })).toBeVisible();
  await tabTo("New document", "button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/d\//);
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.type("By keys");
  await page.keyboard.press("Enter");
  await page.keyboard.type("a line");
  await expect(saveState(page)).toHaveText("Saved");
  await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph a line"]);
  await expect(page.getByRole("treeitem", { name: "By keys" })).toBeVisible();
});

/** Pastes as the browser does, without a clipboard permission. */
async function paste(page: Page, data: Record<string, string>): Promise<void> {
  await body(page).evaluate((element, types) => {
    const transfer = new DataTransfer();
    for (const [type, text] of Object.entries(types)) transfer.setData(type, text);
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }),
    );
  }, data);
}

test("a key acts where the caret is, however fast it follows; Escape and Tab leave the text", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  await newDocument(page, "Fast keys");
  const expected: string[] = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.type("hello");
    for (const key of ["ArrowLeft", "ArrowLeft", "Enter", "X", "End", "Enter"])
      await page.keyboard.press(key);
    expected.push("0 paragraph hel", "0 paragraph Xlo");
  }
  await expect.poll(() => shownBlocks(page)).toEqual([...expected, "0 paragraph "]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(body(page)).not.toBeFocused();
});

test("what is pasted keeps its spaces, its lists and its quotes, and runs nothing", async ({ browser }) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  await newDocument(page, "Paste");
  await paste(page, { "text/plain": "  one\n\ntwo   x\n\tthree\n" });
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 paragraph   one", "0 paragraph ", "0 paragraph two   x", "0 paragraph \tthree"]);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Backspace");
  await paste(page, {
    "text/html":
      "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul><blockquote><p>q</p></blockquote><p onclick='x()'>p<a href='javascript:alert(1)'>l</a><script>alert(1)</script></p>",
  });
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 bullet a", "1 bullet b", "0 quote q", "0 paragraph pl"]);
  await expect(body(page).locator("a, script, [onclick]")).toHaveCount(0);
  const before = await shownBlocks(page);
  await paste(page, { "text/plain": "line\n".repeat(5_000) });
  await expect(page.getByText("That is too much for one paste.")).toBeVisible();
  expect(await shownBlocks(page)).toEqual(before);
  await expect(saveState(page)).toHaveText("Saved");
});

test("undo takes back the last thing done, and goes where it was", async ({ browser }) => {
  const { page } = await newPerson(browser, "Ana Kovač");
  await newDocument(page, "Undo steps");
  await page.keyboard.type("aaa\nbbb\nccc");
  await page.keyboard.press("Control+a");
  // one key: what is typed slowly is several steps
  await page.keyboard.press("Z");
  await page.keyboard.press("Control+z");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 paragraph aaa", "0 paragraph bbb", "0 paragraph ccc"]);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n# ");
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await shownBlocks(page)).at(-1)).toMatch(/^0 paragraph #/);
  // what was chosen is chosen again
  await blocks(page)
    .nth(1)
    .dblclick({ position: { x: 10, y: 12 } });
  await page.keyboard.press("Delete");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe("bbb");
});
