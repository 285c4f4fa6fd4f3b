/** No fault for axe, and nothing that scrolls sideways. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./test.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 375, height: 812 };

export type Scheme = "light" | "dark";

/**
 * At the size that the window has. `menu`: an open menu or dialog stands outside the landmarks, and has focusable
 * guards that only pass the focus on; axe counts both as faults.
 */
export async function expectNoFaultsIn(
  page: Page,
  where: string,
  schemes: readonly Scheme[],
  { menu = true } = {},
): Promise<void> {
  await expect(page, "Next takes the title away before it brings the next page's").toHaveTitle(/./);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).withTags(tags);
    if (menu) axe.exclude("[data-base-ui-focus-guard]").disableRules(["region"]);
    const { violations } = await axe.analyze();
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
    expect(said, `${where}, ${colorScheme}`).toEqual([]);
  }
}

/**
 * Light on a desk and dark on a phone; E2E_SHOTS names a folder for pictures, and adds the other two. The window is
 * 1280 × 720 and light afterwards.
 */
export async function expectNoFaults(page: Page, where: string, { menu = false } = {}): Promise<void> {
  const shots = process.env.E2E_SHOTS;
  for (const [size, own] of [
    [DESK, "light"],
    [PHONE, "dark"],
  ] as const) {
    await page.setViewportSize(size);
    for (const scheme of shots ? (["light", "dark"] as const) : [own]) {
      await expectNoFaultsIn(page, `${where}, ${size.width} wide`, [scheme], { menu });
      const name = `${where.replaceAll(/\W+/g, "-")}-${scheme}-${size.width}.png`;
      if (shots) await page.screenshot({ path: `${shots}/${name}` });
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `${where} scrolls sideways at ${size.width}`).toBeLessThanOrEqual(size.width);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 720 });
}
