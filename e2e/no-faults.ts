/** No fault for axe in either theme, on a desk and on a phone, and nothing that scrolls sideways. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./test.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * `menu`: an open menu stands outside the landmarks, and has focusable guards that only pass the focus on; axe counts
 * both as faults.
 */
export async function expectNoFaults(page: Page, where: string, { menu = false } = {}) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const size of [
      { width: 1440, height: 900 },
      { width: 375, height: 812 },
    ]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      const axe = new AxeBuilder({ page }).withTags(tags);
      if (menu) axe.exclude("[data-base-ui-focus-guard]").disableRules(["region"]);
      const { violations } = await axe.analyze();
      const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
      expect(said, `${where}, ${colorScheme}, ${size.width}`).toEqual([]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${where} scrolls sideways at ${size.width}`).toBeLessThanOrEqual(size.width);
    }
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
