/** The documents in the sidebar: dragged by the mouse, worked by key and menu, also on a phone. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { createDocuments, treeOrder } from "./document.ts";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

const item = (page: Page, id: string) => page.locator(`[role="treeitem"][data-id="${id}"]`);

/** Presses a notice's button, goes elsewhere at the very moment in which the notice goes, and waits for two frames. */
const useAndGoTo = (button: HTMLElement | SVGElement, elsewhere: string) =>
  new Promise<void>((done) => {
    const gone = new MutationObserver(() => {
      if (button.isConnected) return;
      gone.disconnect();
      document.querySelector<HTMLElement>(elsewhere)?.focus();
      requestAnimationFrame(() => requestAnimationFrame(() => done()));
    });
    gone.observe(document.body, { childList: true, subtree: true });
    (button as HTMLElement).click();
  });

test("documents are dragged before, behind and into others, never into themselves, and one click takes it back", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await signUp(browser, "Drew");
  const [a, b, c] = (await createDocuments(page, 3)) as [string, string, string];
  const other = await page.context().newPage();
  await other.goto(workspaceUrl);
  const shown = (on: Page) =>
    on.getByRole("treeitem").evaluateAll(
      (items, ids) =>
        items
          .map((one) => `${"abc"[ids.indexOf((one as HTMLElement).dataset.id ?? "")]}${one.ariaLevel}`)
          .filter((one) => !one.startsWith("undefined"))
          .join(" "),
      [a, b, c],
    );
  const bothShow = async (tree: string) => {
    await expect.poll(() => shown(page)).toBe(tree);
    await expect.poll(() => shown(other)).toBe(tree);
  };
  const drag = (from: string, to: string, y: number, x = 60) =>
    item(page, from).dragTo(item(page, to), { targetPosition: { x, y } });
  await bothShow("a1 b1 c1");
  await drag(c, a, 3);
  // the way back is offered for some seconds
  await page.getByRole("button", { name: "Undo" }).click();
  await bothShow("a1 b1 c1");
  await drag(a, b, 29);
  await bothShow("b1 a1 c1");
  await drag(c, b, 16);
  await expect(page.getByText("is now inside “Untitled”.")).toBeVisible();
  await bothShow("b1 c2 a1");
  await drag(b, c, 16);
  await drag(b, c, 29);
  await bothShow("b1 c2 a1");

  // a shut one opens under the pointer, and Escape leaves everything as it was
  await item(page, b).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(item(page, c)).toHaveCount(0);
  await item(page, a).hover();
  await page.mouse.down();
  const box = await item(page, b).boundingBox();
  if (!box) throw new Error("The document to drag over is not shown.");
  await page.mouse.move(box.x + 60, box.y + 14, { steps: 4 });
  await page.mouse.move(box.x + 60, box.y + 16);
  await expect(page.locator(".tree-drop.inside")).toBeVisible();
  await expect(item(page, c)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".tree-drop")).toHaveCount(0);
  await page.mouse.up();
  await bothShow("b1 c2 a1");

  await item(page, a).focus();
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await expect(page.getByRole("status", { name: "Tree" })).toHaveText(
    "Untitled moved in: 2 of 2 inside Untitled",
  );
  await bothShow("b1 c2 a2");

  await page.setViewportSize({ width: 375, height: 700 });
  await page.getByRole("button", { name: "Open navigation" }).click();
  await item(page, c)
    .getByRole("button", { name: /^Actions for/ })
    .click();
  await page.getByRole("menuitem", { name: "Move to…" }).click();
  const dialog = page.getByRole("dialog", { name: "Move “Untitled” to…" });
  await dialog.getByRole("textbox").fill("welc");
  await expect(dialog.getByRole("listitem")).toHaveText([/^Welcome/]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).exclude("[data-base-ui-focus-guard]").disableRules(["region"]);
    expect((await axe.analyze()).violations).toEqual([]);
  }
  await dialog.getByRole("textbox").fill("");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await bothShow("b1 a2 c1");
});

test("the tree is worked by keys alone, and another window follows", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Ada Keys");
  await expect(page.getByRole("navigation", { name: "Documents" }).getByRole("tree")).toBeAttached();
  const [a, b, c] = await createDocuments(page, 3);
  const seeded = (await treeOrder(page)).length - 3;
  const mine = async (of: Page) => (await treeOrder(of)).slice(-3);
  const other = await page.context().newPage();
  await other.goto(workspaceUrl);
  await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${b}`, `1:${c}`]);

  const last = page.locator(`[data-id="${c}"]`);
  await last.focus();
  await page.keyboard.press("Alt+Shift+ArrowUp");
  await expect.poll(() => mine(page)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
  await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await expect.poll(() => mine(other)).toEqual([`1:${a}`, `2:${c}`, `1:${b}`]);
  await expect(last).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(page.locator(`[data-id="${a}"]`)).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(last).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(last).toBeFocused();
  await page.keyboard.press("Alt+Shift+ArrowLeft");
  await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
  await page.keyboard.press("End");
  await expect(page.locator(`[data-id="${b}"]`)).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press("Delete");
  await expect(page.locator(`[data-id="${b}"]`)).toHaveCount(0);
  const first = page.locator(`[data-id="${a}"]`);
  const undo = page.getByRole("button", { name: "Undo" });
  // a notice stays under the pointer, however late the other window hears
  await undo.hover();
  await expect.poll(async () => (await treeOrder(other)).length).toBe(seeded + 2);
  // Who uses a notice comes back to where they were, and stays where they have gone by then.
  await undo.focus();
  await page.keyboard.press("Enter");
  await expect(undo).toHaveCount(0);
  await expect(last).toBeFocused();
  await expect.poll(async () => (await treeOrder(other)).length).toBe(seeded + 3);
  await page.keyboard.press("End");
  await page.keyboard.press("Delete");
  await undo.focus();
  await undo.evaluate(useAndGoTo, `[data-id="${a}"]`);
  await expect(first).toBeFocused();
  await expect.poll(async () => (await treeOrder(other)).length).toBe(seeded + 3);
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/d/${a}$`));
  await expect(first).toHaveAttribute("aria-selected", "true");
});

test("the tree has a menu at each item, by the context key too, and gives the focus back", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Ada Menu");
  const [a, b] = await createDocuments(page, 2);
  const second = page.locator(`[data-id="${b}"]`);
  await second.focus();
  await page.keyboard.press("Shift+F10");
  await second.dispatchEvent("contextmenu");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Move down" })).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Escape");
  await expect(second).toBeFocused();
  await second.hover();
  await second.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Move up" }).click();
  await expect.poll(async () => (await treeOrder(page)).slice(-2)).toEqual([`1:${b}`, `1:${a}`]);
  await expect(second).toBeFocused();
  await page.keyboard.press("F2");
  await expect(page.getByRole("textbox", { name: "New title" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(second).toBeFocused();
  await page.keyboard.press("F2");
  await page.getByRole("textbox", { name: "New title" }).fill("Tide tables");
  await page.keyboard.press("Enter");
  const renamed = page.getByRole("treeitem", { name: "Tide tables", exact: true });
  await expect(renamed).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Tide tables");
  await page.reload();
  await expect(renamed).toBeVisible();
});
