/** Tables by keys, by the menu and by two people; their rows in the database; in from a web page, out as Markdown. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  blocks,
  body,
  caretIsHeard,
  fetchMenus,
  invite,
  newDocument,
  openDocument,
  saveState,
  storedBlocks,
} from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

/** The cells of each row; a gap is "◇". */
const grid = (page: Page) =>
  body(page)
    .locator("tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.children]
          .map((cell) => (cell.classList.contains("gap") ? "◇" : cell.textContent))
          .join(" | "),
      ),
    );

async function choose(page: Page, name: string) {
  await page.getByRole("button", { name: "Table actions" }).click();
  await page.getByRole("menuitem", { name }).click();
  await expect(body(page)).toBeFocused();
}

const textAtCaret = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => {
    const node = getSelection()?.anchorNode;
    const element = node instanceof Element ? node : node?.parentElement;
    return element?.closest("[data-block-id]")?.textContent;
  });

test("a table is made, filled and shaped by keys, and every cell is a row of blocks", async ({ browser }) => {
  const { page } = await newPerson(browser, "Tabea");
  const url = await newDocument(page, "Numbers");
  await page.keyboard.type("/table");
  await page.keyboard.press("Enter");
  for (const word of ["Item", "Owner", "Days"]) {
    await page.keyboard.type(word);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("Roof");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Cellar");
  await expect.poll(() => grid(page)).toEqual(["Item | Owner | Days", "Roof |  | ", "Cellar |  | "]);
  await expect(body(page).getByRole("columnheader")).toHaveText(["Item", "Owner", "Days"]);
  for (const [key, text] of [
    ["ArrowUp", "Roof"],
    ["ArrowDown", "Cellar"],
    ["ArrowDown", ""],
    ["ArrowUp", "Cellar"],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => textAtCaret(page)).toBe(text);
  }

  await page.keyboard.press("Enter");
  await page.keyboard.type("Garden");
  await page.keyboard.press("Alt+Shift+ArrowUp");
  await choose(page, "Insert column behind");
  await page.keyboard.type("€");
  await expect
    .poll(() => grid(page))
    .toEqual(["Item |  | Owner | Days", "Roof |  |  | ", "Garden | € |  | ", "Cellar |  |  | "]);
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await choose(page, "Delete row");
  await expect.poll(() => grid(page)).toEqual(["Item | Owner |  | Days", "Roof |  |  | ", "Cellar |  |  | "]);
  await page.keyboard.press("Control+z");
  await expect.poll(() => grid(page)).toContain("Garden |  | € | ");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await expect(body(page).locator("tr")).toHaveCount(4);

  // from before a formula into the column above it
  await blocks(page).last().click();
  await page.keyboard.type("f $x$");
  await expect(body(page).locator(".math annotation")).toHaveText("x");
  await blocks(page)
    .last()
    .evaluate(({ firstChild }) => getSelection()?.collapse(firstChild, 2));
  await caretIsHeard(page);
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => textAtCaret(page)).toBe("Cellar");

  await expect(saveState(page)).toHaveText("Saved");
  await expect
    .poll(async () => (await storedBlocks(page, url)).filter((row) => /table/.test(row)).slice(0, 7))
    .toEqual([
      "0 table ",
      "1 tableRow ",
      "2 tableCell Item",
      "2 tableCell Owner",
      "2 tableCell ",
      "2 tableCell Days",
      "1 tableRow ",
    ]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
});

test("two people shape one table at once: columns stay columns, and no word is lost", async ({ browser }) => {
  const ada = await newPerson(browser, "Ada");
  const url = await newDocument(ada.page, "Together");
  await ada.page.keyboard.type("/table");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("A1");
  const bob = await invite(browser, ada, "Bob");
  await openDocument(bob.page, url);
  await openDocument(ada.page, url);
  await expect.poll(() => grid(bob.page)).toEqual(["A1 |  | ", " |  | ", " |  | "]);
  for (const { page } of [ada, bob]) await fetchMenus(page);
  await ada.page.context().setOffline(true);
  await bob.page.context().setOffline(true);
  await ada.page.locator("td").nth(0).click();
  await choose(ada.page, "Insert column behind");
  await ada.page.keyboard.type("new by Ada");
  await bob.page.locator("td").nth(4).click();
  await bob.page.keyboard.type("in the middle");
  await choose(bob.page, "Insert row below");
  await bob.page.keyboard.type("row of Bob");
  await ada.page.context().setOffline(false);
  await bob.page.context().setOffline(false);
  const together = ["A1 | new by Ada |  | ", " |  | in the middle | ", " | ◇ | row of Bob | ", " |  |  | "];
  for (const { page } of [ada, bob])
    await expect.poll(() => grid(page), { timeout: 20_000 }).toEqual(together);
  await ada.page.locator("td.gap").click();
  await ada.page.keyboard.type("filled");
  for (const { page } of [ada, bob])
    await expect.poll(async () => (await grid(page))[2]).toContain("| filled |");
});

test("a table comes in from a web page and goes out as Markdown; a paste into a cell stays in it", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Tim");
  await newDocument(page, "Pasted");
  const html =
    "<table><thead><tr><th>Name</th><th>Role</th></tr></thead><tbody><tr><td><p>Ada</p></td><td><b>Lead</b></td></tr></tbody></table>";
  await paste(page, html, "Name\tRole\nAda\tLead");
  await expect.poll(() => grid(page)).toEqual(["Name | Role", "Ada | Lead"]);
  await page.locator("td").nth(2).click();
  await page.keyboard.press("End");
  await paste(page, "<p>, and</p><p>Grace</p>", ", and\nGrace");
  await expect.poll(async () => (await grid(page))[1]).toBe("Ada, and\nGrace | Lead");
  // a table goes from the caret's cell on
  const sheet = "<table><tr><td>Pilot</td><td>1</td></tr><tr><td>Cook</td><td>2</td></tr></table>";
  await page.locator("td").nth(3).click();
  // a key takes the caret from the page, where a paste that is only dispatched comes before it
  await page.keyboard.press("End");
  await paste(page, sheet, "Pilot\t1\nCook\t2");
  await expect
    .poll(() => grid(page))
    .toEqual(["Name | Role | ", "Ada, and\nGrace | Pilot | 1", " | Cook | 2"]);
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(() => grid(page)).toEqual(["Name | Role", "Ada, and\nGrace | Lead"]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("button", { name: "Document actions" })
      .click()
      .then(() => page.getByRole("menuitem", { name: "Export…" }).click()),
  ]);
  expect(readFileSync(await download.path(), "utf8")).toContain("| Ada, and<br>Grace | **Lead** |");
});

async function paste(page: Page, html: string, text: string) {
  await body(page).evaluate(
    (element, [asHtml, asText]) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/html", asHtml ?? "");
      clipboardData.setData("text/plain", asText ?? "");
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [html, text],
  );
}
