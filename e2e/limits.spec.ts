/** More than a document takes: refused or reduced with a sentence, nothing lost, and the page goes on answering. */

import { body, newDocument, saveState, shownBlocks } from "./document.ts";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

test("too much is refused with a sentence, and the page goes on answering", async ({ browser }) => {
  const { page } = await signUp(browser, "Otto");
  await newDocument(page, "Limits");
  await page.keyboard.type("safe");
  const refused = page.getByText("That is too much for one paste. Nothing was changed.");
  for (const [type, what] of [
    ["text/plain", "a hundred MB"],
    ["text/html", "a hundred MB"],
    ["text/html", "ten thousand cells"],
  ] as const) {
    const took = await body(page).evaluate(
      (element, [kind, size]) => {
        const cells = `<table>${`<tr>${"<td>1</td>".repeat(100)}</tr>`.repeat(100)}</table>`;
        const text = size === "a hundred MB" ? `<p>${"word ".repeat(20_000_000)}</p>` : cells;
        const clipboardData = new DataTransfer();
        clipboardData.setData(kind, text);
        const start = performance.now();
        element.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
        );
        return performance.now() - start;
      },
      [type, what] as const,
    );
    await expect(refused.first()).toBeVisible();
    expect(took, what).toBeLessThan(5_000);
    expect(await shownBlocks(page)).toEqual(["0 paragraph safe"]);
  }
  const nested = Array.from({ length: 40 }, (_, depth) => `<ul><li>level ${depth}`).join("");
  await page.keyboard.press("Enter");
  await body(page).evaluate((element, html) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, nested);
  await expect(body(page)).toContainText("level 39");
  const depths = (await shownBlocks(page)).map((line) => Number(line.split(" ")[0]));
  expect(depths).toHaveLength(41);
  expect(Math.max(...depths)).toBe(31);
  await expect(saveState(page)).toHaveText("Saved");
});
