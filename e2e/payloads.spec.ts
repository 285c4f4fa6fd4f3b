/** The payloads in a real browser: pasted, imported, forged into the document and taken out again, they run nowhere. */
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "@playwright/test";
import { createClient } from "@supabase/supabase-js";
import type { BlockNode } from "../lib/core/block-tree.ts";
import { addresses, markup, payloads } from "../lib/html/fixtures/payloads.ts";
import { addBlocks, openWriter, paragraph } from "../supabase/tests/writer.ts";
import {
  accessToken,
  body,
  invite,
  newDocument,
  openDocument,
  runtimeConfig,
  saveState,
} from "./document.ts";
import { newPerson, type Person, password } from "./person.ts";
import { expect, test } from "./test.ts";
import { watchViolations } from "./violations.ts";

/** Lists of what must not happen on any page of the context. */
async function watch(context: BrowserContext) {
  const violations = await watchViolations(context);
  const happened: string[] = [];
  await context.exposeFunction("pwned", () => happened.push("a script ran"));
  context.on("request", (request) => {
    if (/canary/.test(new URL(request.url()).hostname)) happened.push(`asked ${request.url()}`);
  });
  context.on("dialog", (dialog) => {
    happened.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("page", (page) => happened.push(`opened ${page.url()}`));
  return { violations, happened };
}

/** Pastes each, and deletes what came of it while there is much. */
async function pasteAll(page: Page, type: "text/html" | "text/plain", all: readonly string[]): Promise<void> {
  await body(page).evaluate(
    (element, [kind, texts]) => {
      for (const text of texts) {
        const clipboardData = new DataTransfer();
        clipboardData.setData(kind, text);
        element.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
        );
      }
    },
    [type, all] as const,
  );
}

function forged(): BlockNode[] {
  const bare = (type: string, text: string, marks: Record<string, never> = {}): BlockNode => ({
    ...paragraph(text),
    type,
    text: [{ text, marks }],
  });
  return payloads.flatMap((payload, index) => {
    const attrs = {
      language: payload,
      tone: payload,
      start: payload,
      attachment: payload,
      name: payload,
      alt: payload,
      src: payload,
      url: payload,
      color: payload,
    };
    const types = ["code", "callout", "number", "image", "file", "math", "embed", "columns"];
    const href = { link: { href: payload } } as unknown as Record<string, never>;
    return [
      { ...bare(types[index % types.length] ?? "", payload), attrs },
      { ...bare(payload, "of no known type", href), attrs },
    ];
  });
}

async function plant(mallory: Person, url: string): Promise<void> {
  const { url: supabaseUrl, publishableKey } = await runtimeConfig(mallory.page);
  const token = await accessToken(mallory.page);
  const client = createClient(supabaseUrl, publishableKey, { accessToken: async () => token });
  const documentId = url.split("/d/")[1]?.slice(0, 36) ?? "";
  const writer = await openWriter({ id: "", email: mallory.email, password, client }, documentId);
  const blocks = forged();
  for (let at = 0; at < blocks.length; at += 50)
    await writer.edit((doc) => addBlocks(doc, ...blocks.slice(at, at + 50)));
  await writer.edit((doc) => addBlocks(doc, paragraph("planted last")));
}

function clickAll(elements: Element[]): void {
  for (const element of elements) {
    // an address of this site would leave the page, which is no harm, but the end of the test
    if (element.getAttribute("href")?.startsWith("http")) continue;
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    element.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  }
}

async function exported(page: Page, item: string): Promise<string> {
  await page.getByRole("button", { name: "Document actions" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}

/** What the browser says of a page that is only read: it looks at these before it sees that nothing is to be done. */
const ofReading = /base-uri|style-src-elem|script-src-attr/;

/** Until the page shows the new document. */
async function importOf(page: Page, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  const before = page.url();
  await page.getByLabel("Markdown file").setInputFiles(file);
  await page.waitForURL((url) => url.href !== before, { timeout: 90_000 });
}

test("the payloads run nowhere: pasted, imported, forged, and exported", async ({ browser }) => {
  test.slow();
  const owner = await newPerson(browser, "Paula");
  const { page } = owner;
  const url = await newDocument(page, "Forged");
  const mallory = await invite(browser, owner, "Mallory");
  await plant(mallory, url);
  await mallory.page.context().close();
  const { violations, happened } = await watch(page.context());

  await openDocument(page, url);
  await expect(body(page)).toContainText("planted last");
  await expect(
    page.locator("main :is(script, iframe, object, embed, base, form, meta, [srcdoc])"),
  ).toHaveCount(0);
  await body(page).locator("a, summary").evaluateAll(clickAll);
  const html = await exported(page, "Export as HTML");
  await exported(page, "Export…");

  expect(violations).toEqual([]);

  await newDocument(page, "Pasted");
  await pasteAll(page, "text/html", markup);
  await pasteAll(page, "text/plain", payloads);
  await pasteAll(
    page,
    "text/html",
    addresses.map((address) => `<p><a href="${address.replaceAll('"', "&quot;")}">go</a></p>`),
  );
  await expect(
    body(page).locator('a[href*=pwned], a:not([href^=https], [href^="http://www.w3.org/"], [href^="#"])'),
  ).toHaveCount(0);
  expect(
    await page
      .locator("main *")
      .evaluateAll((all) => all.flatMap((one) => one.getAttributeNames().filter((name) => /^on/.test(name)))),
  ).toEqual([]);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("still answering");
  await expect(body(page)).toContainText("still answering");
  await expect(saveState(page)).toHaveText("Saved", { timeout: 60_000 });

  await importOf(page, {
    name: "all.md",
    mimeType: "text/markdown",
    buffer: Buffer.from(
      `# As Markdown\n\n${payloads.join("\n\n").toWellFormed()}\n\nthe end of it`.replace(
        /(?!\n)\p{Cc}/gu,
        "",
      ),
    ),
  });
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("As Markdown");
  const pages = markup.map((one) => `<section>${one}</section>`).join("\n");
  await importOf(page, {
    name: "all.html",
    mimeType: "text/html",
    buffer: Buffer.from(`<title>As HTML</title><p>the beginning</p>${pages}`),
  });
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("As HTML");
  await expect(body(page)).toContainText("the beginning");

  // the exported page without the policy that it carries
  expect(happened).toEqual([]);
  const open = await page.context().newPage();
  happened.length = 0;
  await open.setContent(html.replace(/<meta http-equiv[^>]*>/, ""));
  await open.locator("a, details, summary, li, td").evaluateAll(clickAll);
  expect(
    await open.locator("body :is(script, iframe, object, embed, base, form, svg, math, style)").count(),
  ).toBe(0);
  await open.close();
  expect(happened).toEqual([]);
  expect(violations.filter((one) => !ofReading.test(one))).toEqual([]);
  expect(await page.evaluate(() => Object.hasOwn(Object.prototype, "polluted"))).toBe(false);
});
