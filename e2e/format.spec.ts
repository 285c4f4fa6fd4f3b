/** The toolbar over chosen text, by mouse and by keys. */
import AxeBuilder from "@axe-core/playwright";
import { body, invite, newDocument, openDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
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

  // of a caret the key takes the link or the word, of whole blocks all words; what was hidden it shows
  const isAsked = async () => {
    await page.keyboard.press("Control+Shift+k");
    await expect(address).toHaveValue("https://example.com/plan");
    await expect(address).toBeFocused();
  };
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  for (let time = 0; time < 2; time++) {
    await isAsked();
    await page.keyboard.press("Enter");
    await expect(body(page)).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(toolbar).toBeHidden();
  }
  await page.keyboard.press("Escape");
  await expect(body(page).locator(".chosen")).toHaveCount(1);
  await isAsked();
  await address.fill("example.com/all");
  await page.keyboard.press("Enter");
  await expect(body(page).getByRole("link").first()).toHaveText(/^alpha/);
  await expect(body(page).locator("a:not([href='https://example.com/all'])")).toHaveCount(0);

  await expect(saveState(page)).toHaveText("Saved");
  await page.goto(url);
  await expect(body(page).locator("mark[data-highlight=green] >> text=beta")).toBeVisible();
  await expect(body(page).locator("span[data-color=red]")).toHaveText("beta");
});

test("a link is followed, edited, copied and taken off where the caret is in it", async ({ browser }) => {
  const ada = await newPerson(browser, "Ada Linked");
  const { page } = ada;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const target = await newDocument(page, "Target");
  await expect(saveState(page)).toHaveText("Saved");
  const path = new URL(target).pathname;
  const url = await newDocument(page, "Links");
  await page.keyboard.type(`[away](https://example.com/no-such-page) and [here](${path}) `);
  const card = page.getByRole("toolbar", { name: "Link" });
  const away = body(page).getByRole("link", { name: "away" });
  await expect(away).toBeVisible();
  await expect(card, "nobody asked for it").toBeHidden();

  // elsewhere: by Ctrl, the middle button, the card and the key, each in a window of its own
  await page.context().route("https://example.com/**", (route) => route.fulfill({ body: "elsewhere" }));
  const follow = async (act: () => Promise<unknown>) => {
    const [opened] = await Promise.all([page.context().waitForEvent("page"), act()]);
    await expect(opened).toHaveURL("https://example.com/no-such-page");
    expect(await opened.evaluate(() => window.opener)).toBe(null);
    await opened.close();
  };
  // three clicks at one place within a moment choose the whole line
  const askForCard = async () => {
    await body(page).getByRole("link", { name: "here" }).click();
    await away.click();
  };
  await follow(() => away.click({ modifiers: ["ControlOrMeta"] }));
  await follow(() => away.click({ button: "middle" }));
  await askForCard();
  await follow(() => card.getByRole("link", { name: "example.com/no-such-page" }).click());
  await askForCard();
  await follow(() => page.keyboard.press("Alt+Enter"));
  expect(page.url(), "the text is still here").toBe(url);

  await askForCard();
  await expect(card).toBeVisible();
  await expectNoFaults(page, "a link's card");
  await card.getByRole("button", { name: "Copy the address" }).click();
  await expect(page.getByText("The address was copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("https://example.com/no-such-page");
  await card.getByRole("button", { name: "Edit the link" }).click();
  const address = page.getByRole("textbox", { name: "Link address" });
  await expect(address).toHaveValue("https://example.com/no-such-page");
  await address.fill("example.com/other");
  await page.keyboard.press("Enter");
  await expect(away).toHaveAttribute("href", "https://example.com/other");

  // by keys alone: into it with the arrows, to its card, back, and off with it
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect(card).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Alt+F10");
  await expect(card.getByRole("link")).toBeFocused();
  for (const name of ["Edit the link", "Copy the address", "Remove the link"]) {
    await page.keyboard.press("ArrowRight");
    await expect(card.getByRole("button", { name })).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(away).toHaveCount(0);
  await expect(card).toBeHidden();
  await expect(body(page)).toHaveText("away and here");
  await expect(body(page)).toBeFocused();

  // a page of the product opens in this window; who writes on has no card over the lines
  const here = body(page).getByRole("link", { name: "here" });
  await here.click();
  await expect(card).toBeVisible();
  await page.keyboard.type("x");
  await expect(card).toBeHidden();
  await expect(saveState(page)).toHaveText("Saved");
  await page.keyboard.press("Alt+Enter");
  await expect(page).toHaveURL(target);

  // who only reads goes there with a click
  const vera = await invite(browser, ada, "Vera Reads", "viewer");
  await openDocument(vera.page, url);
  await body(vera.page).getByRole("link").click();
  await expect(vera.page).toHaveURL(target);
});
