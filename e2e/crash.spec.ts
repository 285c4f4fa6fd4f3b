/** The first promise: what says "Saved" is there after kill -9 of everything, and the person is still signed in. */

import { body, newDocument, saveState, shownBlocks, storedBlocks } from "./document.ts";
import { signUp } from "./person.ts";
import { startServer } from "./server.ts";
import { expect, test } from "./test.ts";

test("what is saved survives kill -9 of everything, unsent text survives in the browser", async ({
  browser,
}) => {
  const first = await startServer();
  let server = first;
  try {
    const { page } = await signUp(browser, "Ana Kovač", `${first.url}/sign-up`);
    const url = await newDocument(page, "Crash");
    await page.keyboard.type("Every letter of this line must be there again.");
    await expect(saveState(page)).toHaveText("Saved");
    await first.kill();
    await page.keyboard.type(" And this, typed while nobody answered.");
    await expect(saveState(page)).toHaveText(/^(Saving…|Not saved —)/);
    server = await startServer({ dataFolder: first.dataFolder, port: Number(new URL(first.url).port) });
    expect(server.url).toBe(first.url);
    await expect(saveState(page)).toHaveText("Saved", { timeout: 40_000 });
    const text =
      "0 paragraph Every letter of this line must be there again. And this, typed while nobody answered.";
    await page.goto(url);
    await expect(body(page)).toBeVisible();
    await expect.poll(() => shownBlocks(page)).toEqual([text]);
    // who was just making the rows may have been killed at it: it is another's turn after 30 s
    await expect.poll(() => storedBlocks(page, url), { timeout: 45_000 }).toEqual([text]);
  } finally {
    await server.dispose();
  }
});
