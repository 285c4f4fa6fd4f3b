/** Documents moved in the sidebar: dragged by the mouse, by key, and on a phone by the menu. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { signUp } from "./person.ts";
import { expect, test } from "./test.ts";

const item = (page: Page, id: string) => page.locator(`[role="treeitem"][data-id="${id}"]`);

async function createDocuments(page: Page, count: number): Promise<string[]> {
  // the first documents of a new workspace come before these
  await expect(page.getByRole("treeitem").nth(1)).toBeVisible();
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const before = page.url();
    await page.getByRole("button", { name: "New document" }).click();
    await page.waitForURL((url) => url.href !== before && url.pathname.includes("/d/"));
    ids.push(page.url().split("/d/")[1] ?? "");
  }
  // a new document takes the focus when its editor is there
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  return ids;
}

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
