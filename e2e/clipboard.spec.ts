/** What comes in by paste from other programs, and what goes out by copy: one page, many pastes. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { fixtures } from "../lib/html/fixtures/expected.ts";
import {
  accessToken,
  blocks,
  body,
  handleOf,
  newDocument,
  runtimeConfig,
  saveState,
  shownBlocks,
} from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";
import { watchViolations } from "./violations.ts";

/** Pastes as the browser does, without a clipboard permission. */
async function paste(page: Page, data: Record<string, string>): Promise<void> {
  await body(page).evaluate((element, types) => {
    const clipboardData = new DataTransfer();
    for (const [type, text] of Object.entries(types)) clipboardData.setData(type, text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, data);
}

async function clear(page: Page): Promise<void> {
  // from a cell: its text, its table, everything
  for (let i = 0; i < 3; i++) await page.keyboard.press("Control+a");
  await page.keyboard.press("Backspace");
}

/** What the page shows of a fixture: depth, type and words of its blocks, and the words of its cells. */
function expectedOn(lines: readonly string[]): string[] {
  const words = (line: string) => line.replace(/<[^<>]*?: ([^<>]*)>/g, "$1").replaceAll("/", "\n");
  return lines.flatMap((line) => {
    if (line.startsWith("| "))
      return line
        .slice(2)
        .split(" | ")
        .map((cell) => `cell ${words(cell)}`);
    const [, depth, type = "", text = ""] = /^(\d+) (\w+)[^:]*:? ?(.*)$/s.exec(line) ?? [];
    return type === "table" ? [] : [`${depth} ${type} ${words(text)}`];
  });
}

const shownOn = async (page: Page): Promise<string[]> =>
  (await shownBlocks(page)).flatMap((line) => {
    if (/^\d+ (?:table|tableRow) /.test(line)) return [];
    return [line.replace(/^\d+ tableCell /, "cell ")];
  });

test("pages of other programs, Markdown and code come in as blocks; nothing is asked of another server", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Pia");
  const violations = await watchViolations(page.context());
  await newDocument(page, "Pasted");
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).hostname));
  for (const [name, lines] of Object.entries(fixtures)) {
    await clear(page);
    const html = readFileSync(`lib/html/fixtures/${name}.html`, "utf8");
    await paste(page, { "text/html": html, "text/plain": "the same as words" });
    await expect.poll(() => shownOn(page), name).toEqual(expectedOn(lines));
  }
  await clear(page);
  await paste(page, {
    "text/plain":
      "# Title\n\nSome **bold** words\n\n- [x] done\n  - inside\n\n| a | b |\n| - | - |\n| 1 | 2 |\n",
  });
  await expect
    .poll(() => shownOn(page))
    .toEqual([
      "0 heading1 Title",
      "0 paragraph Some bold words",
      "0 task done",
      "1 bullet inside",
      ...["a", "b", "1", "2"].map((cell) => `cell ${cell}`),
    ]);
  await expect(body(page).locator("strong")).toHaveText("bold");
  // signs that a page or a line shows are words: nothing is made of them
  await clear(page);
  await paste(page, { "text/html": "<p>2 * 3 * 4, ~~x~~, _y_</p>", "text/plain": "x" });
  await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph 2 * 3 * 4, ~~x~~, _y_"]);
  await clear(page);
  await paste(page, { "text/plain": "a * b * c" });
  await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph a * b * c"]);
  await clear(page);
  await paste(page, {
    "vscode-editor-data": JSON.stringify({ version: 1, mode: "typescript" }),
    "text/html": readFileSync("lib/html/fixtures/visual-studio-code.html", "utf8"),
    "text/plain": "if (a < b) {\n    return a;\n}",
  });
  await expect.poll(() => shownOn(page)).toEqual(["0 code if (a < b) {\n    return a;\n}"]);
  await expect(page.locator("[data-language=typescript]")).toBeVisible();
  await expect(saveState(page)).toHaveText("Saved");
  expect([...hosts].filter((host) => host !== new URL(page.url()).hostname)).toEqual([]);
  expect(violations).toEqual([]);
});

test("blocks go out as Markdown and HTML, and come whole into another document with their pictures", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Quin");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await newDocument(page, "Origin");
  await page.keyboard.type("# Plan\n- one\n");
  await page.keyboard.press("Tab");
  await page.keyboard.type("[x] two");
  await paste(page, { "text/html": `<figure><img alt="Sea" src="${await tinyPicture(page)}"></figure>` });
  await expect(body(page).locator("figure img")).toBeVisible();
  await expect(saveState(page)).toHaveText("Saved");
  const shown = await shownBlocks(page);

  await (await handleOf(blocks(page).nth(1))).click();
  await page.getByRole("menuitem", { name: "Copy as Markdown" }).click();
  await expect.poll(() => readText(page)).toMatch(/^- one\s+- \[x\] two/);
  await page.getByText("Copied as Markdown.").waitFor();
  await (await handleOf(blocks(page).nth(1))).click();
  await page.getByRole("menuitem", { name: "Copy as HTML" }).click();
  await expect.poll(() => readText(page)).toContain('<ul><li>one<ul><li class="task">');
  // The page may still scroll to where the picture came: a click that it moved away from is made again.
  await expect(async () => {
    await blocks(page).first().click();
    await page.keyboard.press("Control+Alt+c");
    await expect.poll(() => readText(page), { timeout: 2_000 }).toBe("# Plan\n");
  }).toPass({ timeout: 30_000 });

  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await expect.poll(() => readText(page)).toMatch(/^# Plan\n\n- one\n/);
  const url = await newDocument(page, "Copy");
  await page.keyboard.press("Control+v");
  await expect.poll(() => shownBlocks(page)).toEqual(shown);
  await expect(body(page).locator("figure img")).toBeVisible();
  // the picture is this document's own now
  const documentId = url.split("/d/")[1]?.slice(0, 36) ?? "";
  await expect.poll(() => pictureKeys(page, documentId)).toEqual([documentId]);
  await expect(saveState(page)).toHaveText("Saved");
});

const readText = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** A picture of two colours as text. */
function tinyPicture(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 400;
    canvas.height = 200;
    const context = canvas.getContext("2d");
    context?.fillRect(0, 0, 200, 200);
    return canvas.toDataURL("image/png");
  });
}

/** Of which document the pictures of this one are, by its rows. */
async function pictureKeys(page: Page, documentId: string): Promise<string[]> {
  const config = await runtimeConfig(page);
  const answer = await page.request.get(
    `${config.url}/rest/v1/blocks?document_id=eq.${documentId}&type=eq.image&select=content`,
    { headers: { apikey: config.publishableKey, authorization: `Bearer ${await accessToken(page)}` } },
  );
  const rows: { content: unknown }[] = await answer.json();
  return rows.map(
    ({ content }) => /[0-9a-f-]{36}(?=\/[0-9a-f-]{36})/.exec(JSON.stringify(content))?.[0] ?? "",
  );
}
