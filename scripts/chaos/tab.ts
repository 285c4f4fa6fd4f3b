/**
 * Pages that end: in a real Chromium, on the production build, somebody types and 100 ms later the page is closed
 * without a goodbye or crashes, alone, beside another tab, or in a duplicate of it, or where IndexedDB is denied or
 * full. What was written to the disk or acknowledged by then is there exactly once when the document is opened again.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { body, newDocument, runtimeConfig, saveState } from "../../e2e/document.ts";
import { signUp } from "../../e2e/person.ts";
import { type Server, startServer } from "../../e2e/server.ts";
import { Random } from "../../lib/core/history.ts";
import { flawsOfLog, flawsOfMarkers, replayLog } from "../../lib/core/invariants.ts";
import { chromiumArguments, ensureChromium } from "../chromium.ts";
import { markersIn, markersOf } from "./browser.ts";
import { markersOfDocument, readLog } from "./evidence.ts";
import type { Ground, Outcome, Suite } from "./suite.ts";

export const tab: Suite = {
  name: "tab",
  unit: "closed tabs",
  full: 100,
  share: 3,
  plants: [],
  async open(): Promise<Ground> {
    const server = await startServer();
    try {
      const executablePath = await ensureChromium();
      const browser = await chromium.launch({ executablePath, args: chromiumArguments });
      const stage = await openStage(server, browser);
      return {
        run: (seed) => endOnce(stage, seed),
        close: async () => {
          await browser.close();
          await server.dispose();
        },
      };
    } catch (error) {
      await server.dispose();
      throw error;
    }
  },
};

interface Stage {
  readonly browser: Browser;
  readonly client: SupabaseClient;
  readonly workspaceUrl: string;
  /** Cookies of one person, for a context of each run. */
  readonly signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
}

async function openStage(server: Server, browser: Browser): Promise<Stage> {
  const { page, workspaceUrl } = await signUp(browser, "Tabea", `${server.url}/sign-up`);
  const { url } = await runtimeConfig(page);
  const { secretKey } = JSON.parse(readFileSync(join(server.dataFolder, "keys.json"), "utf8"));
  const client = createClient(url, secretKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const signedIn = await page.context().storageState();
  await page.context().close();
  return { browser, client, workspaceUrl, signedIn };
}

interface Play {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly url: string;
  readonly random: Random;
  readonly typed: string[];
}

/** Types and ends pages; returns sentences of what was wrong on the way. */
type Ending = (play: Play) => Promise<string[]>;

async function endOnce({ browser, client, workspaceUrl, signedIn }: Stage, seed: number): Promise<Outcome> {
  const context = await browser.newContext({ storageState: signedIn });
  try {
    const page = await context.newPage();
    await page.goto(workspaceUrl);
    const url = await newDocument(page, `Tab ${seed}`);
    const documentId = url.split("/d/")[1]?.slice(0, 36) ?? "";
    const play: Play = { context, page, url, random: new Random(seed), typed: [] };
    const wrong = await (ENDINGS[seed % ENDINGS.length] as Ending)(play);
    const witness = await context.newPage();
    await witness.goto(workspaceUrl);
    const kept = new Set([
      ...(await readDisk(witness)).flatMap(markersIn),
      ...(await readLog(client, documentId)).flatMap(({ data }) => markersIn(data)),
    ]);
    await witness.goto(url);
    await saveState(witness)
      .filter({ hasText: /^Saved$/ })
      .waitFor({ timeout: 30_000 });
    const volatile = new Set(play.typed.filter((marker) => !kept.has(marker)));
    const log = await readLog(client, documentId);
    const replay = replayLog(log);
    const shown = markersOf((await body(witness).textContent()) ?? "");
    const facts = { typed: play.typed, removed: volatile };
    const flaws = [
      ...wrong,
      ...flawsOfLog(log),
      ...flawsOfMarkers({ ...facts, found: markersOfDocument(replay) }),
      ...flawsOfMarkers({ ...facts, found: shown }).map((flaw) => `${flaw} on the page`),
    ];
    replay.destroy();
    const counts = { markers: play.typed.length, acknowledged: log.length, lostOnTheWay: volatile.size };
    return { broken: flaws, counts };
  } finally {
    await context.close();
  }
}

const FIRST_MARKER = 0xe000;

async function type({ typed }: Pick<Play, "typed">, page: Page, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const marker = String.fromCharCode(FIRST_MARKER + typed.length);
    typed.push(marker);
    await page.keyboard.type(marker);
  }
}

const aMoment = () => new Promise<void>((resolve) => setTimeout(resolve, 100));

async function closeIt(page: Page): Promise<void> {
  await page.close({ runBeforeUnload: false });
}

/** As when its process dies: no handler of the page runs. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();
}

const ending =
  (end: (page: Page) => Promise<void>): Ending =>
  async (play) => {
    await type(play, play.page, 5 + play.random.below(20));
    await aMoment();
    await end(play.page);
    return [];
  };

/** Both type; one goes, the other goes on. */
const besideAnother =
  (open: (play: Play) => Promise<Page>, end: (page: Page) => Promise<void>): Ending =>
  async (play) => {
    await type(play, play.page, 5);
    const other = await open(play);
    await body(other).click();
    await type(play, other, 5 + play.random.below(10));
    await aMoment();
    await end(other);
    await body(play.page).click();
    await type(play, play.page, 5);
    await aMoment();
    await closeIt(play.page);
    return [];
  };

async function openAnother({ context, url }: Play): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await body(page).waitFor();
  return page;
}

/** A page that another opens begins with a copy of its sessionStorage, as a duplicated tab does. */
async function duplicate({ context, page }: Play): Promise<Page> {
  const opened = context.waitForEvent("page");
  await page.evaluate(() => void window.open(window.location.href));
  const other = await opened;
  await body(other).waitFor();
  return other;
}

/** Nothing can be written to the disk: what says Saved is there, and nothing else was promised. */
const withoutDisk =
  (deny: (play: Play) => Promise<void>): Ending =>
  async (play) => {
    await deny(play);
    await type(play, play.page, 5 + play.random.below(10));
    await saveState(play.page)
      .filter({ hasText: /^Saved/ })
      .waitFor({ timeout: 20_000 });
    await play.context.setOffline(true);
    await type(play, play.page, 3);
    const said = saveState(play.page).filter({ hasText: /in this tab only/ });
    const isTold = await said.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    const words = await saveState(play.page).textContent();
    await closeIt(play.page);
    await play.context.setOffline(false);
    return isTold ? [] : [`I1 words that are in this tab only are told as "${words}"`];
  };

async function denyIndexedDb({ page }: Play): Promise<void> {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  await page.reload();
  await body(page).click();
}

async function fillDisk({ page }: Play): Promise<void> {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await page.reload();
  await body(page).click();
}

const ENDINGS: readonly Ending[] = [
  ending(closeIt),
  ending(crash),
  // Page and duplicate are of one process: a crash would take both.
  besideAnother(duplicate, closeIt),
  withoutDisk(denyIndexedDb),
  besideAnother(openAnother, crash),
  withoutDisk(fillDisk),
];

/** The updates in the outboxes of this origin. */
async function readDisk(page: Page): Promise<Uint8Array[]> {
  const parts = await page.evaluate(
    () =>
      new Promise<number[][]>((resolve, reject) => {
        const opening = indexedDB.open("command-center-outbox");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          if (!database.objectStoreNames.contains("entries")) return resolve([]);
          const all = database.transaction("entries").objectStore("entries").getAll();
          all.onsuccess = () => {
            database.close();
            resolve(all.result.flatMap((row: { parts: Uint8Array[] }) => row.parts.map((part) => [...part])));
          };
        };
      }),
  );
  return parts.map((part) => Uint8Array.from(part));
}
