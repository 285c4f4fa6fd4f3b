/**
 * Ten minutes without a network in two windows of two people, who meanwhile do everything to the same blocks. The ten
 * minutes are the pages' own: their clocks are moved on a minute after each of ten rounds, so that every timer of the
 * product (pauses, pulls, leases, typing) lives through them; the rounds are as many edits as people make in that time.
 */
import type { Page } from "@playwright/test";
import {
  blocks,
  body,
  caretIsHeard,
  holdSocket,
  invite,
  markers,
  newDocument,
  openDocument,
  saveState,
  shownBlocks,
  storedBlocks,
} from "./document.ts";
import { newPerson, type Person } from "./person.ts";
import { expect, test } from "./test.ts";

const ROUNDS = 10;
const WORDS = [
  "paragraph",
  "split",
  "target",
  "joined",
  "moved",
  "turned",
  "useless",
  "ours",
  "theirs",
  "last",
];

/** One person's hands: each marker is typed once, wherever it goes. */
class Hands {
  readonly typed: string[] = [];
  readonly #page: Page;
  readonly #markers: string[];
  readonly #ids: readonly string[];
  constructor(page: Page, first: number, ids: readonly string[]) {
    this.#page = page;
    this.#markers = markers(first, 400);
    this.#ids = ids;
  }
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }
  /** The caret goes to the end of a block of WORDS and so many characters back. */
  async at(word: string, back = 0): Promise<void> {
    await this.#page.locator(`[data-block-id="${this.#ids[WORDS.indexOf(word)]}"]`).click();
    await this.press("End", ...new Array<string>(back).fill("ArrowLeft"));
  }
  async type(count = 1): Promise<void> {
    const fresh = this.#markers.slice(this.typed.length, this.typed.length + count);
    this.typed.push(...fresh);
    await this.#page.keyboard.insertText(fresh.join(""));
  }
  /** Selects a block from the end of the one before it, as a drag over it does, and deletes it whole. */
  async remove(word: string): Promise<void> {
    await this.at(word);
    await this.#page.evaluate((id) => {
      const block = document.querySelector(`[data-block-id="${id}"]`);
      const ends = [block?.previousElementSibling, block].map((one) => {
        const walker = document.createTreeWalker(one ?? document.body, NodeFilter.SHOW_TEXT);
        let last: Node | null = null;
        while (walker.nextNode()) last = walker.currentNode;
        return last as Text;
      });
      const [from, to] = ends as [Text, Text];
      getSelection()?.setBaseAndExtent(from, from.length, to, to.length);
    }, this.#ids[WORDS.indexOf(word)]);
    await caretIsHeard(this.#page);
    await this.press("Delete");
  }
}

type Turn = { readonly hands: Hands; readonly round: number; readonly isAna: boolean };

/** What one person does in a minute: the same blocks as the other, in their own way. */
async function playRound({ hands, round, isAna }: Turn): Promise<void> {
  await hands.at("paragraph", round % 5);
  await hands.type(4);
  await hands.at(isAna ? "theirs" : "ours", 2);
  await hands.type(2);
  if (round === 6) await hands.press("Tab");
  if (round % 2 === (isAna ? 0 : 1)) {
    await hands.at("split", 2 + (round % 3));
    await hands.type(2);
    if (round === 2 || round === 5) await hands.press("Enter");
    await hands.at(isAna || round > 6 ? "target" : "joined");
    await hands.type(3);
    if (round === (isAna ? 4 : 5)) {
      await hands.at("joined");
      await hands.press("Home", "Backspace");
    }
  } else {
    await hands.at("moved");
    await hands.type();
    await hands.press(isAna || round % 3 === 0 ? "Alt+Shift+ArrowUp" : "Alt+Shift+ArrowDown");
    await hands.at("turned", 3);
    await hands.type();
    await hands.press(isAna ? `Control+Alt+${round % 4}` : "Control+Shift+8");
  }
}

/** Both delete one block, and each the one in which the other goes on typing. */
async function removeBlocks(hands: Hands, isAna: boolean): Promise<void> {
  await hands.remove("useless");
  await hands.remove(isAna ? "ours" : "theirs");
}

async function writeTenBlocks(browser: Parameters<typeof newPerson>[0]) {
  const ana = await newPerson(browser, "Ana Kovač");
  const url = await newDocument(ana.page, "Ten minutes");
  for (const word of WORDS) {
    await ana.page.keyboard.insertText(`${word} words`);
    if (word !== "last") await ana.page.keyboard.press("Enter");
  }
  await expect(saveState(ana.page)).toHaveText("Saved");
  const ben = await invite(browser, ana, "Ben Okafor");
  return { url, ana, ben };
}

test("ten minutes offline in two windows, with the same blocks split, joined, moved, turned and deleted", async ({
  browser,
}) => {
  const { url, ana, ben } = await writeTenBlocks(browser);
  const people: [Person, Person] = [ana, ben];
  const sockets = [];
  for (const { page } of people) {
    await page.clock.install();
    sockets.push(await holdSocket(page));
    await openDocument(page, url);
  }
  await expect(ana.page.getByRole("list", { name: "People here" }).getByRole("listitem")).toHaveCount(2);
  const ids = await blocks(ana.page).evaluateAll((all) =>
    all.map((one) => one.getAttribute("data-block-id") ?? ""),
  );
  for (const socket of sockets) socket.cut();
  for (const { page } of people) {
    await page.context().setOffline(true);
    await expect(saveState(page)).toHaveText("Offline — changes are kept on this device");
  }

  const hands = [new Hands(ana.page, 0x4e00, ids), new Hands(ben.page, 0x5e00, ids)] as const;
  const both = async (work: (own: Hands, isAna: boolean) => Promise<void>) => {
    await work(hands[0], true);
    await work(hands[1], false);
  };
  for (let round = 0; round < ROUNDS; round++) {
    await both((own, isAna) => playRound({ hands: own, round, isAna }));
    if (round === 7) await both(removeBlocks);
    for (const { page } of people) await page.clock.fastForward(60_000);
  }
  for (const { page } of people) await expect(saveState(page)).toHaveText(/^Offline/);

  for (const socket of sockets) socket.mend();
  for (const { page } of people) await page.context().setOffline(false);
  const offers = [
    [ana, ben],
    [ben, ana],
  ].map(([one, other]) =>
    (one as Person).page
      .getByRole("region", { name: /Notices/ })
      .getByRole("listitem")
      .filter({ hasText: `${other?.name} deleted the block you were writing in.` }),
  );
  // a notice stays under the pointer, however long it takes until both are the same
  for (const offer of offers) await offer.hover();
  for (const { page } of people) await expect(saveState(page)).toHaveText("Saved");
  await expectEqual(shownOn(ana), shownOn(ben));
  await expectEachOnce(ana.page, [...hands[0].typed, ...hands[1].typed]);

  // Each is offered the block that the other deleted under their hands, and it comes back whole, for both.
  for (const offer of offers) await offer.getByRole("button", { name: "Bring it back" }).click();
  const wanted = [...hands[0].typed, ...hands[1].typed, ...WORDS.filter((word) => word !== "useless")];
  for (const { page } of people) {
    await expect(body(page)).toContainText("theirs");
    await expect(body(page)).toContainText("ours");
    await expect(saveState(page)).toHaveText("Saved");
  }
  await expectEqual(shownOn(ana), shownOn(ben));
  await expectEachOnce(ana.page, wanted);
  expect((await shownBlocks(ana.page)).join("\n")).not.toContain("useless");
  await expectEqual(shownOn(ana), () => storedBlocks(ana.page, url));
});

const shownOn =
  ({ page }: Person) =>
  () =>
    shownBlocks(page);

/** Both are asked until they are the same: neither side is the one that is late. */
async function expectEqual(one: () => Promise<string[]>, other: () => Promise<string[]>): Promise<void> {
  const differences = async () => {
    const [a, b] = [await one(), await other()];
    return a.join("\n") === b.join("\n") ? [] : [a, b];
  };
  await expect.poll(differences, { timeout: 30_000 }).toEqual([]);
}

/** Letters of a word that others typed into stand apart: a word counts by its letters in order. */
async function expectEachOnce(page: Page, wanted: readonly string[]): Promise<void> {
  const text = (await shownBlocks(page)).map((line) => line.split(" ").slice(2).join(" ")).join("\n");
  const latin = text.replace(/[^a-z \n]/g, "");
  const count = (one: string) => (/^[a-z]/.test(one) ? latin : text).split(one).length - 1;
  expect(
    wanted.filter((one) => count(one) !== 1),
    "what does not stand there exactly once",
  ).toEqual([]);
}
