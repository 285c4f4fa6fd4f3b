/** Pictures and files: in by paste, drop and menu, seen by all once stored, captioned by two, refused with a sentence. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  accessToken,
  body,
  invite,
  newDocument,
  openDocument,
  runtimeConfig,
  saveState,
  storedBlocks,
} from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";
import { watchViolations } from "./violations.ts";

const pictures = (page: Page) => body(page).locator("figure[data-block-type=image]");
const shown = (page: Page) => pictures(page).locator("img");
const caption = (page: Page) => pictures(page).first().locator("figcaption");
const cards = (page: Page) => body(page).locator(".upload-card");

/** A picture that this page draws, as somebody would copy it. */
async function bringPicture(page: Page, how: "paste" | "drop", width = 640, height = 320, name = "sea.png") {
  await body(page).evaluate(
    async (text, [way, w, h, title]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      const sky = context.createLinearGradient(0, 0, w, h);
      sky.addColorStop(0, "#1d6f8a");
      sky.addColorStop(1, "#e7b66b");
      context.fillStyle = sky;
      context.fillRect(0, 0, w, h);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob as Blob], title, { type: "image/png" }));
      if (way === "paste")
        text.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
        );
      const last = text.lastElementChild?.getBoundingClientRect() as DOMRect;
      const place = {
        clientX: last.left + 5,
        clientY: last.bottom - 2,
        dataTransfer: data,
        bubbles: true,
        cancelable: true,
      };
      if (way === "drop")
        for (const type of ["dragover", "drop"]) text.dispatchEvent(new DragEvent(type, place));
    },
    [how, width, height, name] as const,
  );
}

async function pasteFile(page: Page, name: string, type: string, content: string) {
  await body(page).evaluate(
    (text, [title, mime, words]) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([words], title, { type: mime }));
      text.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [name, type, content] as const,
  );
}

/** Width of the picture as it is drawn: 0 when nothing is. */
const drawnWidth = (page: Page) =>
  shown(page)
    .first()
    .evaluate((image) => (image as HTMLImageElement).naturalWidth);

test("a pasted picture is seen by two once it is stored, captioned by both, deleted and brought back", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "Ada");
  const violations = await watchViolations(ada.page.context());
  const url = await newDocument(ada.page, "The coast");
  await ada.page.keyboard.type("Before");
  await ada.page.keyboard.press("Enter");
  const bob = await invite(browser, ada, "Bob");
  await openDocument(bob.page, url);
  await openDocument(ada.page, url);
  await body(ada.page).locator("p").last().click();
  await bringPicture(ada.page, "paste");
  for (const { page } of [ada, bob]) {
    await expect(pictures(page)).toHaveCount(1);
    await expect.poll(() => drawnWidth(page)).toBe(640);
  }
  await expect(cards(ada.page)).toHaveCount(0);
  // the empty line stayed behind it, with the caret
  await ada.page.keyboard.type("Behind");
  await expect
    .poll(() => storedBlocks(ada.page, url))
    .toEqual(["0 paragraph Before", "0 image ", "0 paragraph Behind"]);

  await caption(ada.page).click();
  await ada.page.keyboard.type("Low tide");
  await expect(caption(bob.page)).toHaveText("Low tide");
  await caption(bob.page).click();
  await bob.page.keyboard.press("End");
  await bob.page.keyboard.type(" at noon");
  await ada.page.keyboard.press("Home");
  await ada.page.keyboard.type("Now: ");
  for (const { page } of [ada, bob]) await expect(caption(page)).toHaveText("Now: Low tide at noon");

  await pictures(ada.page).hover();
  await ada.page.getByRole("button", { name: "Alternative text" }).click();
  await ada.page.getByRole("textbox", { name: "Alternative text" }).fill("A beach in the evening");
  await ada.page.keyboard.press("Enter");
  await expect(bob.page.getByAltText("A beach in the evening")).toHaveCount(1);
  await expect(ada.page.getByRole("button", { name: "Alternative text" })).toBeFocused();

  const opens = ada.page.getByRole("button", { name: "Open picture: A beach in the evening" });
  await opens.click();
  await expect(ada.page.getByRole("dialog", { name: "A beach in the evening" })).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await expect(opens).toBeFocused();

  await body(ada.page).locator("p").first().click();
  await ada.page.keyboard.press("End");
  await ada.page.keyboard.press("ArrowDown");
  await expect(pictures(ada.page)).toHaveClass(/ProseMirror-selectednode/);
  await ada.page.keyboard.press("Backspace");
  for (const { page } of [ada, bob]) await expect(pictures(page)).toHaveCount(0);
  await ada.page.keyboard.press("Control+z");
  for (const { page } of [ada, bob]) {
    await expect(caption(page)).toHaveText("Now: Low tide at noon");
    await expect.poll(() => drawnWidth(page)).toBe(640);
  }
  await ada.page.keyboard.press("Control+Shift+z");
  await expect(pictures(bob.page)).toHaveCount(0);
  await ada.page.keyboard.press("Control+z");
  await expect(saveState(ada.page)).toHaveText("Saved");
  await openDocument(ada.page, url);
  await expect.poll(() => drawnWidth(ada.page)).toBe(640);
  await expect(caption(ada.page)).toHaveText("Now: Low tide at noon");
  expect(violations).toEqual([]);
});

test("files dropped, chosen, refused, and kept while there is no connection", async ({ browser }) => {
  const { page } = await newPerson(browser, "Fritz");
  await newDocument(page, "Papers");
  await page.keyboard.type("Plans");
  await bringPicture(page, "drop", 3_000, 60, "wide.png");
  await expect(page.getByText(/“wide.png” was made smaller for the page: 3000 × 60/)).toBeVisible();
  await expect.poll(() => drawnWidth(page)).toBe(2_560);

  // Before the click, which waits for the page's answers: keys alone overtake the word that we choose the files.
  const choosing = page.waitForEvent("filechooser");
  await body(page).locator("p").first().click();
  await page.keyboard.press("Enter");
  await page.keyboard.type("/file");
  await page.keyboard.press("Enter");
  const chooser = await choosing;
  await chooser.setFiles([
    { name: "plan.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 plan") },
    { name: "numbers.csv", mimeType: "text/csv", buffer: Buffer.from("a;b\n1;2\n") },
  ]);
  const files = body(page).locator("figure[data-block-type=file]");
  await expect(files.locator(".file-name")).toHaveText(["plan.pdf", "numbers.csv"]);
  await page.keyboard.press("Control+z");
  await expect(files, "what was brought at once is one step").toHaveCount(0);
  await page.keyboard.press("Control+Shift+z");
  await expect(files.locator(".file-name")).toHaveText(["plan.pdf", "numbers.csv"]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download plan.pdf" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("plan.pdf");

  await pasteFile(
    page,
    "logo.png",
    "image/png",
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
  );
  await expect(cards(page)).toContainText("SVG, HTML and XML files can carry programs");
  await expect(cards(page)).toContainText("Nothing was changed");
  await page.getByRole("button", { name: "Remove logo.png" }).click();
  await expect(cards(page)).toHaveCount(0);

  await page.context().setOffline(true);
  await pasteFile(page, "notes.txt", "text/plain", "Written on the train");
  await expect(cards(page)).toContainText("There is no connection. The file is kept in this page");
  await page.keyboard.type("typed meanwhile");
  await page.context().setOffline(false);
  await expect(files.locator(".file-name")).toHaveText(["plan.pdf", "numbers.csv", "notes.txt"]);
  await expect(cards(page)).toHaveCount(0);
});

test("who reads sees pictures and changes none; who has lost access sees none", async ({ browser }) => {
  const ada = await newPerson(browser, "Ada");
  const url = await newDocument(ada.page, "Shown");
  await bringPicture(ada.page, "paste");
  await expect.poll(() => drawnWidth(ada.page)).toBe(640);
  await expect(saveState(ada.page)).toHaveText("Saved");
  const vera = await invite(browser, ada, "Vera", "viewer");
  await openDocument(vera.page, url);
  await expect.poll(() => drawnWidth(vera.page)).toBe(640);
  await pictures(vera.page).hover();
  await expect(vera.page.getByRole("button", { name: "Alternative text" })).toHaveCount(0);
  await bringPicture(vera.page, "drop");
  await bringPicture(vera.page, "paste");
  await expect(cards(vera.page)).toHaveCount(0);
  await openDocument(ada.page, url);
  await pasteFile(ada.page, "logo.png", "image/png", "<svg/>");
  await expect(cards(ada.page)).toHaveCount(1);
  for (const colorScheme of ["light", "dark"] as const) {
    await vera.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(vera.page);
    await ada.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(ada.page);
  }
  const { url: supabase, publishableKey } = await runtimeConfig(ada.page);
  const { sub } = JSON.parse(
    Buffer.from((await accessToken(vera.page)).split(".")[1] ?? "", "base64url").toString(),
  );
  const removed = await ada.page.request.post(`${supabase}/rest/v1/rpc/remove_member`, {
    headers: { apikey: publishableKey, authorization: `Bearer ${await accessToken(ada.page)}` },
    data: { p_workspace_id: ada.workspaceUrl.split("/w/")[1]?.slice(0, 36), p_user_id: sub },
  });
  expect(removed.ok()).toBe(true);
  await expect(vera.page.locator("figure img[src]")).toHaveCount(0, { timeout: 20_000 });
});

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
    [],
  );
}
