/** What a document says when something is wrong: always what is so, what is safe, and what can be done. */
import type { Browser, Page } from "@playwright/test";
import {
  accessToken,
  blocks,
  body,
  holdSocket,
  invite,
  newDocument,
  openDocument,
  runtimeConfig,
  saveState,
  shownBlocks,
  storedBlocks,
} from "./document.ts";
import { expectNoFaults, expectNoFaultsIn } from "./no-faults.ts";
import { newPerson, type Person } from "./person.ts";
import { expect, test } from "./test.ts";

let ana: Person;
let ben: Person;

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  ana = await newPerson(browser, "Ana Kovač");
  ben = await invite(browser, ana, "Ben Okafor");
});
test.afterAll(async () => {
  for (const person of [ana, ben]) await person.page.context().close();
});

/** A new document of Ana's, open in both windows. */
async function openBoth(title: string, text: string): Promise<string> {
  await ana.page.goto(ana.workspaceUrl);
  const url = await newDocument(ana.page, title);
  await ana.page.keyboard.type(text);
  await expect(saveState(ana.page)).toHaveText("Saved");
  for (const { page } of [ana, ben]) await openDocument(page, url);
  for (const { page } of [ana, ben])
    await expect(page.getByRole("list", { name: "People here" }).getByRole("listitem")).toHaveCount(2);
  return url;
}

const banner = (page: Page, text: string | RegExp) => page.locator(".banner").filter({ hasText: text });
const toastOf = (page: Page, text: string) =>
  page
    .getByRole("region", { name: /Notices/ })
    .getByRole("listitem")
    .filter({ hasText: text });

/** Calls a function of the database as this person, past the program. */
async function call(page: Page, name: string, values: Record<string, unknown>): Promise<unknown> {
  const config = await runtimeConfig(page);
  const answer = await page.request.post(`${config.url}/rest/v1/rpc/${name}`, {
    headers: { apikey: config.publishableKey, authorization: `Bearer ${await accessToken(page)}` },
    data: values,
  });
  expect(answer.status(), `${name}: ${await answer.text()}`).toBe(200);
  return answer.json();
}

test("a block deleted under one's hands is offered back for at least twenty seconds, and comes back for both", async () => {
  const { page } = ana;
  await page.clock.install();
  const url = await openBoth("Offered back", "first\nsecond\nlast");
  await page.getByText("second").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" by Ana ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("bold");
  await expect(saveState(page)).toHaveText("Saved");
  await expect(body(ben.page)).toContainText("second by Ana bold");
  await ben.page.getByText("first").click();
  await ben.page.keyboard.press("End");
  await ben.page.keyboard.press("Shift+ArrowDown");
  await ben.page.keyboard.press("Shift+End");
  await ben.page.keyboard.press("Delete");
  const offer = toastOf(page, "Ben Okafor deleted the block you were writing in.");
  await expect(offer).toBeVisible();
  await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph first", "0 paragraph last"]);
  await page.clock.runFor(20_000);
  // from here on it stays under the pointer, however long it is looked at
  for (const [width, scheme] of [
    [375, "dark"],
    [1280, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await offer.hover();
    await expectNoFaultsIn(page, `a block offered back, ${width} wide`, [scheme], { menu: false });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  const live = page.getByRole("region", { name: /Notices/ });
  await expect(live).toHaveAttribute("aria-live", "polite");
  await offer.getByRole("button", { name: "Bring it back" }).click();
  const whole = ["0 paragraph first", "0 paragraph second by Ana bold", "0 paragraph last"];
  for (const one of [ana, ben]) {
    await expect.poll(() => shownBlocks(one.page)).toEqual(whole);
    await expect(body(one.page).locator("strong")).toHaveText("bold");
  }
  await page.keyboard.press("Control+z");
  await expect.poll(() => shownBlocks(ben.page)).toEqual(["0 paragraph first", "0 paragraph last"]);
  await page.keyboard.press("Control+Shift+z");
  for (const one of [ana, ben]) await expect.poll(() => shownBlocks(one.page)).toEqual(whole);
  await expect.poll(() => storedBlocks(page, url)).toEqual(whole);
});

test("changes that the guard refuses are told to everybody, with who and why, and nothing else is affected", async () => {
  const url = await openBoth("Left out", "sound words");
  const documentId = url.split("/d/")[1];
  const sessionId = crypto.randomUUID();
  const session = { p_document_id: documentId, p_session_id: sessionId };
  await call(ben.page, "open_document", { ...session, p_yjs_client_id: 77 });
  const forge = (clientSeq: number, bytes: number[]) =>
    call(ben.page, "append_updates", {
      ...session,
      p_updates: [{ clientSeq, data: Buffer.from(bytes).toString("base64") }],
    });
  await forge(1, [1, 2, 3]);
  // A character of another client, far ahead of everything.
  await forge(2, [1, 1, 99, 5, 4, 1, 1, 116, 1, 120, 0]);
  await expect(
    banner(ana.page, "2 changes by Ben Okafor could not be read and were left out."),
  ).toBeVisible();
  await expect(banner(ben.page, "2 changes by you could not be read and were left out.")).toBeVisible();
  for (const { page } of [ana, ben]) await expect(saveState(page)).toHaveText("Saved");
  await expectNoFaults(ana.page, "a change left out");
  await ana.page.getByRole("button", { name: "Details" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Changes that were left out" });
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await expect(dialog).toContainText("Its bytes could not be read.");
  await expect(dialog).toContainText("It was not written by the window that sent it.");
  await expect(dialog.locator("time")).toHaveCount(2);
  await expectNoFaults(ana.page, "what was left out");
  await dialog.getByRole("button", { name: "Close" }).click();
  for (const [{ page }, word] of [
    [ana, " by Ana"],
    [ben, " by Ben"],
  ] as const) {
    await body(page).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(word);
    await expect(saveState(page)).toHaveText("Saved");
  }
  for (const { page } of [ana, ben])
    await expect.poll(() => shownBlocks(page)).toEqual(["0 paragraph sound words by Ana by Ben"]);
  await expect.poll(() => storedBlocks(ana.page, url)).toEqual(["0 paragraph sound words by Ana by Ben"]);
  await ana.page.getByRole("button", { name: "Hide" }).click();
  await openDocument(ana.page, url);
  await expect(blocks(ana.page)).toHaveCount(1);
  await expect(ana.page.locator(".banner")).toHaveCount(0);
});

test("a document of a newer version is read-only, says so, and alarms nobody", async () => {
  const url = await openBoth("Newer", "made later");
  const { page } = ben;
  await page.route(/\/rpc\/(open_document|pull_updates)/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), schemaVersion: 99 } });
  });
  await openDocument(page, url);
  const notice = banner(page, "This document was made with a newer version of the program.");
  await expect(notice).toBeVisible();
  await expect(notice.getByRole("button", { name: "Reload" })).toBeVisible();
  await expect(notice.getByRole("button", { name: "Copy my text" })).toHaveCount(0);
  await expect(saveState(page)).toHaveText("Saved");
  await expect(body(page)).toHaveAttribute("contenteditable", "false");
  await expect(body(page)).toHaveText("made later");
  await expectNoFaults(page, "a newer document");
  await page.unroute(/\/rpc\/(open_document|pull_updates)/);
  await notice.getByRole("button", { name: "Reload" }).click();
  await expect(body(page)).toHaveAttribute("contenteditable", "true");
  await expect(page.locator(".banner")).toHaveCount(0);
});

test("without the websocket two windows write on, see each other's words, and are told", async () => {
  const sockets = [await holdSocket(ana.page), await holdSocket(ben.page)];
  await openBoth("No socket", "start");
  for (const socket of sockets) socket.cut();
  for (const { page } of [ana, ben])
    await expect(banner(page, "The live connection is interrupted.")).toBeVisible();
  await expectNoFaults(ana.page, "no websocket");
  for (const [from, to, word] of [
    [ana, ben, " one"],
    [ben, ana, " two"],
  ] as const) {
    await body(from.page).click();
    await from.page.keyboard.press("Control+End");
    await from.page.keyboard.type(word);
    const since = Date.now();
    await expect(saveState(from.page)).toHaveText("Saved");
    await expect(body(to.page)).toContainText(word.trim());
    expect(Date.now() - since, "ms until the other sees it, by no pull of each minute").toBeLessThan(30_000);
  }
  for (const socket of sockets) socket.mend();
  for (const { page } of [ana, ben]) {
    await expect(page.locator(".banner")).toHaveCount(0, { timeout: 20_000 });
    await expect(body(page)).toHaveText("start one two");
  }
});
