/** Colours of blocks, formulas, embeds and emoji: by menu, by slash and by keys. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { blocks, body, handleOf, newDocument, saveState, shownBlocks } from "./document.ts";
import { newPerson } from "./person.ts";
import { expect, test } from "./test.ts";

async function expectNoViolations(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual(
      [],
    );
  }
}

async function exported(page: Page): Promise<string> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: "Export…" }).click();
  return readFileSync(await (await waiting).path(), "utf8");
}

test("a block is coloured by the handle's menu, by slash and by keys, and keeps its colours", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Cora");
  await newDocument(page, "Colours");
  await page.keyboard.type("plain\nhot\n- item\nlast");
  const block = (text: string) => blocks(page).filter({ hasText: text });
  await (await handleOf(block("hot"))).click();
  await page.getByRole("menuitem", { name: "Colour" }).hover();
  await page.getByRole("menuitem", { name: "Red text" }).click();
  await expect(block("hot")).toHaveAttribute("data-color", "red");
  await expect(body(page)).toBeFocused();

  // with keys alone: the menu of the block that the caret is in
  await block("item").click();
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("menuitem", { name: "Turn into" })).toBeVisible();
  await page.keyboard.type("Col");
  await expect(page.getByRole("menuitem", { name: "Colour" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menuitem", { name: "Grey text" })).toBeFocused();
  await page.keyboard.type("Yel");
  await expect(page.getByRole("menuitem", { name: /^Yellow/ })).toBeFocused();
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

test("formulas are written between dollars and in blocks, by keys and mouse, and go out as they were written", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Max");
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedScript|TrustedHTML/.test(message.text()))
      violations.push(message.text());
  });
  await newDocument(page, "Maths");
  await page.keyboard.type("It costs $5 and $6, and $e^{i\\pi}$ is one.");
  const first = blocks(page).first();
  const formula = first.locator("span.math");
  await expect(formula.locator(".katex-html")).toBeVisible();
  await expect(formula.locator(".math-source")).toHaveText("e^{i\\pi}");
  await expect(first.locator(".math-open")).toHaveCount(0);

  // into the source by a click, out of it by the arrow, and what is typed behind it is text
  await formula.locator(".math-picture").click();
  await page.keyboard.type("+1");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("!");
  await expect(first).toContainText("e^{i\\pi}+1! is one.");
  await expect(formula.locator(".math-source")).toHaveText("e^{i\\pi}+1");
  await expect(formula.locator("annotation")).toHaveText("e^{i\\pi}+1");

  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("$$");
  await page.keyboard.press("Enter");
  const block = body(page).locator(".block.math");
  await expect(block).toContainText("Write a formula");
  await page.keyboard.type("\\frac{a}{b");
  await expect(block.getByRole("status")).toHaveText(/^Not drawn: .*'}'.* What is written is kept\.$/);
  await expectNoViolations(page);
  await page.keyboard.type("}");
  await expect(block.locator(".katex-display")).toBeVisible();
  await expect(block.locator("pre")).toBeVisible();
  await page.keyboard.type("\n\n");
  await page.keyboard.press("Enter");
  await page.keyboard.type("after");
  await expect(block).not.toHaveClass(/math-open/);
  await page.keyboard.press("ArrowUp");
  await expect(block).toHaveClass(/math-open/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.type(" /formula in");
  await page.keyboard.press("Enter");
  await page.keyboard.type("x");
  await expect(formula.last().locator("annotation")).toHaveText("x");
  await blocks(page).last().click();
  await expectNoViolations(page);
  await expect(saveState(page)).toHaveText("Saved");
  await page.reload();
  await expect(block.locator(".katex-display")).toBeVisible();
  expect(await exported(page)).toBe(
    "# Maths\n\nIt costs \\$5 and \\$6, and $e^{i\\pi}+1$! is one. $x$\n\n$$\n\\frac{a}{b}\n$$\n\nafter\n",
  );
  expect(violations).toEqual([]);
});

test("an embed loads nothing before a click, a pasted address offers to be one, and emoji come by their names", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Emb");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const outside: string[] = [];
  await page.context().route(/youtube|vimeo/, (route) => {
    outside.push(route.request().url());
    return route.fulfill({ contentType: "text/html", body: "<title>t</title><p>the video</p>" });
  });
  const url = await newDocument(page, "Embeds");
  await page.keyboard.type("/emb");
  await page.keyboard.press("Enter");
  const field = page.getByRole("textbox", { name: "Address to embed" });
  await expect(field).toBeFocused();
  await page.keyboard.type("javascript:alert(1)");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "Nothing was changed" })).toBeVisible();
  await field.fill("https://youtu.be/dQw4w9WgXcQ?t=9");
  await page.keyboard.press("Enter");
  await expect(body(page)).toBeFocused();
  const load = page.getByRole("button", { name: "Load from YouTube" });
  await expect(load).toBeVisible();
  await page.keyboard.type("A caption");
  await page.keyboard.press("Enter");

  // alone on an empty line
  await page.evaluate(() => navigator.clipboard.writeText("https://vimeo.com/76979871"));
  await page.keyboard.press("Control+v");
  await expect(body(page).getByRole("link", { name: "https://vimeo.com/76979871" })).toBeVisible();
  await page.getByRole("button", { name: "Show it here" }).click();
  await expect(page.getByRole("button", { name: "Load from Vimeo" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expectNoViolations(page);

  await page.keyboard.type("/emb");
  await page.keyboard.press("Enter");
  await field.fill("https://gist.github.com/octocat/1");
  await page.keyboard.press("Enter");
  await expect(body(page).getByRole("link", { name: "https://gist.github.com/octocat/1" })).toBeVisible();
  await page.keyboard.press("Enter");

  const list = page.getByRole("listbox", { name: "Emoji" });
  await page.keyboard.type("Hello :ta");
  await expect(list).toBeVisible();
  await page.keyboard.type("da");
  await expect(list.getByRole("option").first()).toHaveText("🎉party popper");
  await expectNoViolations(page);
  await page.keyboard.press("Enter");
  await page.keyboard.type(" at 10:30 :he");
  await expect(list).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await page.keyboard.type("llo :fi");
  await expect(list).toBeVisible();
  await page.keyboard.type("re: ");
  await page.setViewportSize({ width: 375, height: 812 });
  await page.keyboard.type(":part");
  await expect(list.getByRole("option").first()).toHaveText("🎉party popper");
  await list.getByRole("option").first().click();
  await expect(blocks(page).last()).toHaveText("Hello 🎉 at 10:30 :hello 🔥 🎉");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  await page.setViewportSize({ width: 1280, height: 812 });
  await expect(saveState(page)).toHaveText("Saved");

  await page.goto(url);
  await expect(load).toBeVisible();
  expect(outside).toEqual([]);
  await load.click();
  const frame = body(page).locator("iframe");
  await expect(frame).toHaveAttribute(
    "sandbox",
    /^allow-scripts allow-same-origin allow-popups allow-presentation$/,
  );
  await expect(frame).toHaveAttribute("title", "A caption");
  await expect(frame.contentFrame().getByText("the video")).toBeVisible();
  expect(outside).toEqual(["https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=9"]);
  expect(await exported(page)).toBe(
    '# Embeds\n\n[YouTube](https://www.youtube.com/watch?v=dQw4w9WgXcQ\\&t=9 "embed")\\\nA caption\n\n' +
      '[Vimeo](https://vimeo.com/76979871 "embed")\n\n<https://gist.github.com/octocat/1>\n\n' +
      "Hello 🎉 at 10:30 :hello 🔥 🎉\n",
  );
});
