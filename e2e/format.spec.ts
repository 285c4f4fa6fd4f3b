/** The toolbar over chosen text, by mouse and by keys. */
import AxeBuilder from "@axe-core/playwright";
import { body, newDocument, saveState } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

test("chosen text is marked, coloured, linked and turned into a heading, by mouse and by keys", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Fay");
  const url = await newDocument(page, "Formats");
  const toolbar = page.getByRole("toolbar", { name: "Formatting" });
  await page.keyboard.type("alpha beta");
  await expect(toolbar).toBeHidden();
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await expect(toolbar).toBeVisible();
  await toolbar.getByRole("button", { name: "Bold" }).click();
  await expect(toolbar.getByRole("button", { name: "Bold" })).toHaveAttribute("aria-pressed", "true");
  await expect(body(page)).toBeFocused();

  await page.keyboard.press("Alt+F10");
  await expect(toolbar.getByRole("button", { name: "Turn into" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(body(page)).toBeFocused();
  await expect(body(page).locator("em strong, strong em")).toHaveText("beta");

  await toolbar.getByRole("button", { name: "Highlight" }).click();
  await page.getByRole("menu", { name: "Highlight" }).getByRole("menuitem", { name: "Green" }).click();
  await expect(body(page).locator("mark[data-highlight=green]")).toHaveText("beta");
  await toolbar.getByRole("button", { name: "Text colour" }).click();
  await page.getByRole("menu", { name: "Text colour" }).getByRole("menuitem", { name: "Red" }).click();
  await expect(body(page).locator("span[data-color=red]")).toHaveText("beta");

  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Control+Shift+k");
  const address = page.getByRole("textbox", { name: "Link address" });
  await expect(address).toBeFocused();
  await page.keyboard.type("javascript:alert(1)");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "No link can lead there." })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
  await address.fill("example.com/plan");
  await page.keyboard.press("Enter");
  await expect(body(page).getByRole("link")).toHaveAttribute("href", "https://example.com/plan");

  await expect(body(page)).toBeFocused();
  await toolbar.getByRole("button", { name: "Turn into" }).click();
  await page.getByRole("menuitem", { name: "Heading 2" }).click();
  await expect(body(page).locator("[data-block-type=heading2]")).toHaveText("alpha beta");
  await expect(body(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(toolbar).toBeHidden();

  await expect(saveState(page)).toHaveText("Saved");
  await page.goto(url);
  await expect(body(page).locator("mark[data-highlight=green] >> text=beta")).toBeVisible();
  await expect(body(page).locator("span[data-color=red]")).toHaveText("beta");
});
