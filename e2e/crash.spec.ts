/** The first promise: what says "Saved" is there after kill -9 of everything, and the person is still signed in. */

import { body, newDocument, openDocument, saveState, shownBlocks, storedBlocks } from "./document.ts";
import { newPerson, signUp } from "./person.ts";
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

test("of a tab that is killed within its last key, without a network, every letter is kept", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await newPerson(browser, "Ana Kovač");
  const url = await newDocument(page, "Killed");
  const context = page.context();
  const witness = await context.newPage();
  await witness.goto(workspaceUrl);
  await context.setOffline(true);
  await expect(saveState(page)).toHaveText(/^Offline/);
  // As soon as the page has written the last letter it does nothing any more, hears no answer and ends no task.
  await page.evaluate(() => {
    document.addEventListener("input", (event) => {
      if ((event as InputEvent).data !== "!") return;
      void Promise.resolve().then(() => {
        new BroadcastChannel("standing").postMessage("still");
        for (;;);
      });
    });
  });
  const standsStill = witness.evaluate(
    () =>
      new Promise<void>((resolve) =>
        new BroadcastChannel("standing").addEventListener("message", () => resolve()),
      ),
  );
  await page.keyboard.type("Every letter, and the last one, too");
  page.keyboard.press("!").catch(() => undefined);
  await standsStill;
  // The browser gives a page that does not answer half a second, and kills it.
  await page.close();
  // A page of the same browser sends them, although it shows another document or none.
  await context.setOffline(false);
  const kept = ["0 paragraph Every letter, and the last one, too!"];
  await expect.poll(() => storedBlocks(witness, url), { timeout: 45_000 }).toEqual(kept);
  await openDocument(witness, url);
  await expect.poll(() => shownBlocks(witness)).toEqual(kept);
  await expect(saveState(witness)).toHaveText("Saved");
});
