/** The text comes with the page, as the editor will show it, and the editor takes its place unseen. */
import type { Page } from "@playwright/test";
import { body, saveState, storedBlocks } from "./document.ts";
import { newPerson, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

const EVERYTHING = `# Everything

## A heading

Plain **bold** *italic* \`code\` [link](https://example.com) and ~~gone~~,
by [@Somebody](#person-7f3c1c9a-1111-4222-8333-444455556666).

- a bullet
  - inside it
    1. numbered
- [x] a task that is done
- [ ] one that is not

> A quote of two lines,
> which go on.

\`\`\`sql
SELECT 1;
\`\`\`

---

> [!WARNING]
> Mind the gap

| Head | Other |
| --- | ---: |
| one | 2 |
| three | 4 |

<details><summary>Folds</summary>

Inside the fold

</details>

The last one.
`;

/** Every block at the top: what it is made of, and where it stands. */
function drawn(page: Page) {
  return page.locator(".body").evaluate(async (area) => {
    // until the face of code is here another stands for it, 2 px higher
    await document.fonts.ready;
    const write = (node: Node): string => {
      if (!(node instanceof Element)) return node.textContent ?? "";
      // colours of code come later, and what the engine adds for carets is no text
      if (node.matches("pre code")) return `<code>${node.textContent}`;
      if (node.matches("img.ProseMirror-separator")) return "";
      const attributes = [...node.attributes]
        .filter(({ name }) => !["contenteditable", "draggable"].includes(name))
        .map(({ name, value }) => `${name}=${value.replace(/;?\s*$/, "").replace(/:\s*/g, ":")}`);
      return `<${node.localName} ${attributes.sort().join(" ")}>${[...node.childNodes].map(write).join("")}</>`;
    };
    return [...area.children].map((block) => {
      const { top, left, height, width } = block.getBoundingClientRect();
      return { html: write(block), box: [top, left, height, width].map(Math.round).join(" ") };
    });
  });
}

test("the server shows what the editor will, at the same place, and nobody sees the one become the other", async ({
  browser,
}) => {
  const { page } = await signUp(browser, "Fay");
  // by the menu: a field that is filled before React has come to it tells nobody
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Other ways to start a document" }).click();
  await page.getByRole("menuitem", { name: "Import Markdown…" }).click();
  const file = { name: "everything.md", mimeType: "text/markdown", buffer: Buffer.from(EVERYTHING) };
  await (await choosing).setFiles(file);
  await expect(body(page)).toContainText("The last one.");
  await expect(saveState(page)).toHaveText("Saved");
  const url = page.url();
  await expect.poll(async () => (await storedBlocks(page, url)).length).toBeGreaterThan(20);
  const storageState = await page.context().storageState();

  const still = await browser.newContext({ storageState, javaScriptEnabled: false });
  const quiet = await still.newPage();
  await quiet.goto(url);
  await expect(quiet.getByText("The last one.")).toBeVisible();
  await expect(quiet.locator("[contenteditable]")).toHaveCount(0);
  const first = await drawn(quiet);
  expect(first.length).toBeGreaterThan(12);

  const live = await (await browser.newContext({ storageState })).newPage();
  await live.addInitScript(() => {
    const seen: number[] = [];
    const look = () => {
      seen.push(
        document.querySelectorAll("[data-block-type='heading1'], [data-block-type='heading2']").length,
      );
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    let shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
    Object.assign(window, { measured: () => ({ seen, shift }) });
  });
  await live.goto(url);
  await expect(body(live)).toContainText("The last one.");
  await expect(live.locator(".still")).toHaveCount(0);
  await expect(saveState(live)).toHaveText("Saved");
  expect(await drawn(live)).toEqual(first);
  const { seen, shift } = await live.evaluate(() =>
    (window as unknown as { measured: () => { seen: number[]; shift: number } }).measured(),
  );
  const painted = seen.slice(seen.findIndex((count) => count > 0));
  expect(new Set(painted), "in each frame the text is there once").toEqual(new Set([painted[0]]));
  expect(shift).toBeLessThanOrEqual(0.02);

  // somebody else gets neither the page nor a word of it
  const stranger = await signUp(browser, "Stan");
  const answer = await stranger.page.request.get(url);
  expect(answer.status()).toBe(404);
  expect(await answer.text()).not.toContain("The last one.");
});

test("a button that is clicked before the page's scripts are there does it once they are; the last click counts", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await newPerson(browser, "Ea Early");
  await page.setViewportSize({ width: 375, height: 812 });
  const scripts = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(workspaceUrl, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(page.locator("aside.side")).not.toHaveClass(/open/);
  scripts.resolve();
  await expect(page.locator("aside.side")).toHaveClass(/open/);
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.locator("aside.side"), "once only").not.toHaveClass(/open/);
});
