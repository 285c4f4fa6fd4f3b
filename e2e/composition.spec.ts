/** Input methods: half-written words survive what others do to the very block they are written in. */

import { blocks, body, invite, newDocument, openDocument, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("what an input method composes stands there once when another splits and turns the block meanwhile", async ({
  browser,
}) => {
  const ana = await newPerson(browser, "Ana Kovač");
  const url = await newDocument(ana.page, "Composing");
  await ana.page.keyboard.type("before after");
  await expect(saveState(ana.page)).toHaveText("Saved");
  const ben = await invite(browser, ana, "Ben Okafor");
  for (const { page } of [ana, ben]) await openDocument(page, url);
  await expect(ana.page.getByRole("list", { name: "People here" }).getByRole("listitem")).toHaveCount(2);
  await body(ana.page).click();
  await ana.page.keyboard.press("Control+Home");
  for (let i = 0; i < "before".length; i++) await ana.page.keyboard.press("ArrowRight");

  const input = await ana.page.context().newCDPSession(ana.page);
  const compose = (text: string) =>
    input.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  await compose("に");
  await compose("にほ");
  // However long the other takes: after three seconds without a sign of life the edits of others come in.
  await body(ana.page).evaluate((text) => {
    const sign = () => text.dispatchEvent(new CompositionEvent("compositionupdate", { bubbles: true }));
    const alive = setInterval(sign, 500);
    text.addEventListener("compositionend", () => clearInterval(alive), { once: true });
  });
  await body(ben.page).click();
  await ben.page.keyboard.press("Control+End");
  await ben.page.keyboard.press("Enter");
  await ben.page.keyboard.type("# and more");
  await ben.page.keyboard.press("Control+Home");
  await ben.page.keyboard.type("## ");
  await expect(saveState(ben.page)).toHaveText("Saved");
  await compose("にほん");
  await input.send("Input.insertText", { text: "日本" });

  const wanted = ["0 heading2 before日本 after", "0 heading1 and more"];
  for (const { page } of [ana, ben]) {
    await expect.poll(() => shownBlocks(page)).toEqual(wanted);
    await expect(saveState(page)).toHaveText("Saved");
  }
  await openDocument(ana.page, url);
  await expect(blocks(ana.page)).toHaveCount(2);
  expect(await shownBlocks(ana.page)).toEqual(wanted);
});
