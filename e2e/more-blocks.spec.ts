/** Colours of blocks by menu, by slash and by keys. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { blocks, body, newDocument, saveState, shownBlocks } from "./document.ts";
import { signUp } from "./person.ts";

async function expectNoViolations(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
}

test("a block is coloured by the handle's menu, by slash and by keys, and keeps its colours", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Cora");
  await newDocument(page, "Colours");
  await page.keyboard.type("plain\nhot\n- item\nlast");
  const block = (text: string) => blocks(page).filter({ hasText: text });
  await block("hot").hover();
  await page.getByRole("button", { name: "Move or change this block" }).click();
  await page.getByRole("menuitem", { name: "Colour" }).hover();
  await page.getByRole("menuitem", { name: "Red text" }).click();
  await expect(block("hot")).toHaveAttribute("data-color", "red");
  await expect(body(page)).toBeFocused();

  // with keys alone: the menu of the block that the caret is in
  await block("item").click();
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("menuitem", { name: "Turn into" })).toBeVisible();
  await page.keyboard.type("Col");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menuitem", { name: "Grey text" })).toBeFocused();
  await page.keyboard.type("Yel");
  await page.keyboard.press("Enter");
  await expect(block("item")).toHaveAttribute("data-background", "yellow");
  await expect(body(page)).toBeFocused();

  await block("last").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" /purple b");
  await expect(page.getByRole("option")).toHaveText(["Purple background"]);
  await page.keyboard.press("Enter");
  await expect(block("last")).toHaveAttribute("data-background", "purple");
  await page.keyboard.press("Control+Alt+1");
  await expect
    .poll(() => shownBlocks(page))
    .toEqual(["0 paragraph plain", "0 paragraph hot", "0 bullet item", "0 heading1 last "]);
  await expect(saveState(page)).toHaveText("Saved");
  await page.reload();
  await expect(block("hot")).toHaveCSS("color", /.+/);
  const colors = await blocks(page).evaluateAll((elements) =>
    elements.map((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return [color, backgroundColor];
    }),
  );
  expect(new Set(colors.map(String)).size).toBe(4);
  await expectNoViolations(page);
  await block("hot").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" /no col");
  await expect(page.getByRole("option")).toHaveText(["No colour"]);
  await page.keyboard.press("Enter");
  await expect(block("hot")).not.toHaveAttribute("data-color");
});
