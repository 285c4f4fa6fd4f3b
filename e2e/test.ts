/** Playwright's `test`, which also closes what a test opened. */
import { test as base, expect } from "@playwright/test";

/**
 * Contexts made by `browser.newContext()` live as long as the worker's browser, that is through all later files:
 * 80 forgotten pages kept their sockets, wrote heartbeats and took half of the machine.
 */
export const test = base.extend<{ closing: undefined }>({
  closing: [
    async ({ browser }, use) => {
      const before = new Set(browser.contexts());
      await use(undefined);
      const opened = browser.contexts().filter((context) => !before.has(context));
      // what still handles a request would find the page gone, and fail a test that is over
      const pages = opened.flatMap((context) => context.pages());
      await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
      await Promise.all(opened.map((context) => context.close()));
    },
    { auto: true },
  ],
});

export { expect };
