/** More than a document takes: refused or reduced with a sentence, nothing lost, and the page goes on answering. */

import { body, newDocument, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("too much is refused with a sentence, and the page goes on answering", async ({ browser }) => {
  const { page } = await newPerson(browser, "Otto");
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
    expect(took, what).toBeLessThan(30_000);
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
  for (const width of [375, 1_280]) {
    await page.setViewportSize({ width, height: 720 });
    const boxes = await body(page)
      .locator("[data-depth]")
      .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect()));
    // each level stands further in, as long as there is room for words
    const lefts = boxes.slice(1, 7).map(({ left }) => left);
    expect(new Set(lefts).size, lefts.join()).toBe(6);
    expect(lefts).toEqual(lefts.toSorted((one, other) => one - other));
    expect(Math.min(...boxes.map((box) => box.width))).toBeGreaterThan(150);
  }

  const megabytes = await body(page).evaluate(async (element) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 2_700, height: 2_600 });
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    const noise = context.createImageData(canvas.width, canvas.height);
    let state = 1;
    for (let at = 0; at < noise.data.length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      noise.data[at] = at % 4 === 3 ? 255 : state >>> 24;
    }
    context.putImageData(noise, 0, 0);
    const blob = (await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"))) as Blob;
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], "noise.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    return blob.size / 1e6;
  });
  expect(megabytes).toBeGreaterThan(20);
  await expect(page.getByText(/“noise.png” was made smaller for the page: 2700 × 2600/)).toBeVisible();
  const drawn = body(page).locator("figure[data-block-type=image] img");
  await expect.poll(() => drawn.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(2_560);
  await expect(saveState(page)).toHaveText("Saved");
});
