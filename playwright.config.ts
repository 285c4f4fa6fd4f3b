/**
 * Browser tests on the system's Chromium (see scripts/chromium.ts), against the production build on a fresh
 * data folder. The setup in e2e/global-setup.ts starts that server and names it in E2E_BASE_URL, which
 * points the tests at a running server instead when it is already set.
 */
import { defineConfig, devices } from "@playwright/test";
import { chromiumArguments, findChromium } from "./scripts/chromium.ts";

const executablePath = findChromium();

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "test-results/browser",
  globalSetup: "./e2e/global-setup.ts",
  // Tests wait more than they work: two at once fill two cores.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  // Against hanging only: a machine that is shared takes three times as long.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [
    ["list"],
    ["json", { outputFile: "test-results/playwright.json" }],
    ["junit", { outputFile: "test-results/playwright.xml" }],
  ],
  use: {
    ...devices["Desktop Chrome"],
    ...(process.env.E2E_BASE_URL ? { baseURL: process.env.E2E_BASE_URL } : {}),
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    // Tracing slows typing down; E2E_TRACE=1 turns it on for a closer look.
    trace: process.env.E2E_TRACE ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: chromiumArguments },
  },
});
