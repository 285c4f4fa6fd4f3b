/** Documents into files and out of them: HTML, paper, a zip of Markdown with its pictures, a folder of other programs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { BlockNode } from "../lib/core/block-tree.ts";
import { writePage } from "../lib/html/html-page.ts";
import { body, newDocument, saveState, shownBlocks } from "./document.ts";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

async function exportBy(page: Page, item: string): Promise<Buffer> {
  const downloaded = page.waitForEvent("download", { timeout: 60_000 }).catch(() => null);
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: item }).click();
  const download = await downloaded;
  if (download === null) {
    const said = await page.locator("[role=dialog], [data-sonner-toast]").allInnerTexts();
    throw new Error(`“${item}” saved nothing, and the page said: ${said.join(" | ") || "nothing"}`);
  }
  return readFileSync(await download.path());
}

async function paste(page: Page, html: string): Promise<void> {
  await body(page).evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, html);
}

const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAIAAAADnC86AAAAMElEQVR42u3NQQkAAAgEsItjCPtjLEsIfgb7L9P1ImKxWCwWi8VisVgsFovFYvGdBaXkU2oXjdRDAAAAAElFTkSuQmCC";
const RICH = `<h2>Part</h2><pre><code class="language-js">let a = "&lt;b&gt;";</code></pre>
<ul><li>one<ul><li><input type="checkbox" checked>two</li></ul></li></ul>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<p>Some <b>bold</b> and <a href="https://example.org/">a link</a></p>`;

/** Until the page shows another document. */
async function elsewhere(page: Page, act: () => Promise<void>): Promise<void> {
  const before = page.url();
  await act();
  await page.waitForURL((url) => url.href !== before, { timeout: 40_000 });
}

const treeItems = (page: Page) => page.getByRole("treeitem").allTextContents();

test("an exported page by itself is as wide as the window, and says each line in its own direction", async ({
  page,
}) => {
  const words = (text: string) => [{ text, marks: {} }];
  const block = (type: string, text: string, attrs = {}, children: BlockNode[] = []): BlockNode => {
    return { type, attrs, text: words(text), children };
  };
  const cells = (...texts: string[]) =>
    texts.map((text, at) => block("tableCell", text, { col: `c${at + 1}` }));
  const columns = { "col.c1": "a0", "col.c2": "a1", "align.c2": "right" };
  const blocks = [
    block("paragraph", "English in between."),
    block("bullet", "An item"),
    block("code", 'const a = "b";', { language: "js" }),
    block("table", "", columns, [block("tableRow", "", {}, cells("a".repeat(200), "2"))]),
    block("callout", "تنبيه", { tone: "bad" }),
    block("paragraph", "coloured", { color: "red", background: "green" }),
  ];
  await page.setViewportSize({ width: 375, height: 812 });
  await page.setContent(writePage({ title: "مستند", blocks }, {}));
  const styles = (selector: string, names: string[]) =>
    page.evaluate(
      ([found, all]) => {
        const style = getComputedStyle(document.querySelector(found as string) as Element);
        return (all as string[]).map((name) => style.getPropertyValue(name));
      },
      [selector, names] as const,
    );
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  expect(await styles("body", ["direction"])).toEqual(["rtl"]);
  expect(await styles("pre", ["direction", "text-align"])).toEqual(["ltr", "left"]);
  expect(await styles("li", ["text-align"]), "beside its sign").toEqual(["right"]);
  expect(await styles("td:last-child", ["text-align"])).toEqual(["right"]);
  // the first letter of the English line stands left of its last sign
  const places = await page.locator("p").evaluateAll(([line]) => {
    const text = line?.firstChild as Text;
    return [0, text.length - 1].map((at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(places[0]).toBeLessThan(places[1] ?? 0);
  const [ink, paint] = await styles("main > p:last-of-type", ["color", "background-color"]);
  const [ground] = await styles(".callout", ["background-color"]);
  const [plain] = await styles("body", ["color"]);
  expect(new Set([ink, paint, ground, plain, "rgba(0, 0, 0, 0)"]).size).toBe(5);
});

test("a document goes out as HTML and on paper, a workspace as a zip, and both come in again", async ({
  browser,
}, info) => {
  const { page } = await signUp(browser, "Rosa");
  await newDocument(page, "Origin");
  await paste(page, RICH);
  await paste(page, `<img alt="Square" src="${PICTURE}">`);
  await expect(body(page).locator("figure img")).toBeVisible();
  await expect(saveState(page)).toHaveText("Saved");
  const shown = await shownBlocks(page);

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("navigation", { name: "Documents" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Document actions" })).toBeHidden();
  await expect(body(page)).toBeVisible();
  // dark on light, whatever the screen has
  const ink = await body(page).evaluate((element) => getComputedStyle(element).color);
  expect(Number(/^lab\(([\d.]+)/.exec(ink)?.[1])).toBeLessThan(30);
  expect(
    await body(page)
      .locator("a")
      .evaluate((link) => getComputedStyle(link, "::after").content),
  ).toContain("example.org");
  const [cell] = await body(page)
    .locator("td")
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).overflowWrap));
  expect(cell, "paper cannot be moved aside").toBe("anywhere");
  await page.screenshot({ path: info.outputPath("print.png"), fullPage: true });
  expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
  await page.emulateMedia({ media: "screen", colorScheme: null });

  const html = await exportBy(page, "Export as HTML");
  expect(html.toString()).toContain("Content-Security-Policy");
  await elsewhere(page, () =>
    page
      .getByLabel("Markdown file")
      .setInputFiles({ name: "origin.html", mimeType: "text/html", buffer: html }),
  );
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Origin");
  await expect.poll(() => shownBlocks(page)).toEqual(shown);
  await expect(body(page).locator("figure img")).toBeVisible();
  await page.getByRole("textbox", { name: "Title" }).fill("Second");
  await expect(saveState(page)).toHaveText("Saved");

  const zip = await exportBy(page, "Export with all inside it");
  await elsewhere(page, async () => {
    const file = { name: "back.zip", mimeType: "application/zip", buffer: zip };
    await page.getByLabel("Zip or files").setInputFiles(file);
    // a notice of eight seconds, and the page may take longer
    await expect(page.getByText("One document was imported.")).toBeVisible();
  });
  await expect.poll(() => shownBlocks(page)).toEqual(shown);
  await expect(body(page).locator("figure img")).toBeVisible();
  await expect
    .poll(async () => (await treeItems(page)).filter((title) => title === "Second"))
    .toHaveLength(2);

  const folder = info.outputPath("Notes");
  mkdirSync(`${folder}/Plans`, { recursive: true });
  writeFileSync(
    `${folder}/Home.md`,
    "# Home\n\nSee [the plan](Plans/First%20plan.md) ![Square](square.png)\n",
  );
  writeFileSync(`${folder}/Plans/First plan.md`, "# First plan\n\nBack to [home](../Home.md)\n");
  writeFileSync(`${folder}/square.png`, Buffer.from(PICTURE.split(",")[1] ?? "", "base64"));
  writeFileSync(`${folder}/drawing.svg`, "<svg onload='globalThis.ran = 1'/>");
  await page.getByLabel("Folder", { exact: true }).setInputFiles(folder);
  const dialog = page.getByRole("dialog", { name: "Importing" });
  await expect(dialog).toContainText("documents were imported.");
  await expect(dialog).toContainText("drawing.svg” was left out: no document shows it.");
  const { violations } = await new AxeBuilder({ page }).include("[role=dialog]").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.screenshot({ path: info.outputPath("dialog.png") });
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("treeitem", { name: "Notes" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("treeitem", { name: "Home" }).click();
  await expect(body(page).locator("figure img")).toBeVisible();
  await body(page)
    .getByText("the plan")
    .click({ modifiers: ["ControlOrMeta"] });
  const link = body(page).locator("a");
  await expect(link).toHaveAttribute("href", /^\/w\/[\da-f-]{36}\/d\/[\da-f-]{36}$/);

  // once more, with all inside it: pictures are its own, links lead to what is inside the copy
  const homeId = page.url();
  const original = await link.getAttribute("href");
  await page.getByRole("button", { name: "Actions for Notes", exact: true }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await expect(page.getByText("4 documents were duplicated.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Notes (copy)");
  const copy = page.getByRole("treeitem", { name: "Notes (copy)", exact: true });
  await copy.focus();
  await page.keyboard.press("ArrowRight");
  const home = page.getByRole("treeitem", { name: "Home", exact: true });
  await expect(home).toHaveCount(2);
  await home.last().locator("a").click();
  await page.waitForURL((url) => url.href !== homeId && url.pathname !== new URL(homeId).pathname);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Home");
  await expect(body(page).locator("figure img")).toBeVisible();
  await expect(link).not.toHaveAttribute("href", original ?? "");

  // where the connection has gone it is told, and what waits for it can be stopped
  const asked = async () => {
    await page.getByRole("button", { name: "Document actions" }).click();
    await page.getByRole("menuitem", { name: "Duplicate" }).click();
  };
  await page.context().setOffline(true);
  await asked();
  await expect(page.getByText("This needs a connection.")).toBeVisible();
  await page.context().setOffline(false);
  await page.route("**/rest/v1/**", (route) => route.abort());
  await asked();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("0 documents were duplicated; then it was stopped.")).toBeVisible();
});
