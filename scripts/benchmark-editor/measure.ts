/**
 * One editor with one document in a browser of its own: main-thread CPU as Chromium counts it (`TaskDuration`), heap
 * after a collection, and the time from a key to the next frame on the page.
 */
import type { Browser, CDPSession, Page } from "@playwright/test";
import { type Figure, figureOf } from "../benchmark-live-stats.ts";
import { linesOf, PEOPLE } from "./bench.ts";
import type { EditorPage } from "./bundle.ts";

export type Figures = {
  readonly blocks: number;
  /** Milliseconds of CPU until it can be written in; until all of it is mounted and nothing is left to do. */
  readonly open: Figure;
  readonly whole: Figure;
  /** Milliseconds of CPU until the frame after; `typing`: a key's share of a burst, with all that follows it. */
  readonly key: Figure;
  readonly typing: Figure;
  readonly enter: Figure;
  /** Milliseconds on the clock until the editor has another's edit, and CPU until the frame after. */
  readonly remote: Figure;
  readonly remoteCpu: Figure;
  /** Milliseconds on the clock from a key to its frame. */
  readonly paint: Figure;
  /** Megabytes in use with the document open. */
  readonly heap: number;
};

const KEYS = 24;
const BURST = 24;
const ENTERS = 8;
const EDITS = 12;
const ADDRESS = "http://editor.localhost";
/** A page that had nothing to do for that long has done all of it. */
const QUIET_MS = 1_200;

export async function measureEditor(
  browser: Browser,
  editor: EditorPage,
  blocks: number,
  times: number,
): Promise<Figures> {
  const made = await onPage(browser, editor, ({ page }) =>
    page.evaluate(([lines, edits]) => window.bench.make(lines, edits), [linesOf(blocks), EDITS] as const),
  );
  const rounds: Round[] = [];
  for (let i = 0; i < times; i++)
    rounds.push(await onPage(browser, editor, (open) => measureOnce(open, made, blocks)));
  const all = (part: (round: Round) => readonly number[]) => figureOf(rounds.flatMap(part));
  return {
    blocks,
    open: all(({ open }) => [open]),
    whole: all(({ whole }) => [whole]),
    key: all(({ keys }) => keys),
    typing: all(({ typing }) => [typing]),
    enter: all(({ enters }) => enters),
    remote: all(({ remotes }) => remotes),
    remoteCpu: all(({ remoteCpu }) => remoteCpu),
    paint: all(({ paints }) => paints),
    heap: Math.min(...rounds.map(({ heap }) => heap)),
  };
}

type OpenPage = { readonly page: Page; readonly cdp: CDPSession };

async function onPage<Value>(
  browser: Browser,
  { files }: EditorPage,
  work: (open: OpenPage) => Promise<Value>,
): Promise<Value> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => process.stderr.write(`${error.message}\n`));
    await page.route(`${ADDRESS}/**`, async (route) => {
      const file = files.get(new URL(route.request().url()).pathname);
      if (file) await route.fulfill({ contentType: file.type, body: file.body });
      else await route.fulfill({ status: 404 });
    });
    await page.goto(`${ADDRESS}/`);
    await page.waitForFunction(() => "bench" in window);
    const cdp = await context.newCDPSession(page);
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    return await work({ page, cdp });
  } finally {
    await context.close();
  }
}

type Round = {
  open: number;
  whole: number;
  keys: number[];
  typing: number;
  enters: number[];
  remotes: number[];
  remoteCpu: number[];
  paints: number[];
  heap: number;
};

async function measureOnce(
  open: OpenPage,
  made: { document: string; edits: readonly string[] },
  blocks: number,
): Promise<Round> {
  const { page, cdp } = open;
  await page.evaluate((bytes) => window.bench.load(bytes), made.document);
  await quiet(open);
  const start = await cpu(cdp);
  await page.evaluate(() => window.bench.open());
  await frame(page);
  const opened = (await cpu(cdp)) - start;
  await page.waitForFunction(() => window.bench.isWhole());
  await quiet(open);
  const whole = (await cpu(cdp)) - start;
  await checkShown(page, "after opening");
  const heap = await heapOf(cdp);
  const middle = Math.floor(blocks / 2) + 5;
  await placeCaret(page, middle);
  for (let person = 0; person < PEOPLE; person++) await moveCaret(page, person, middle, 0);
  await quiet(open);
  await watchPaints(page);
  const keys = await each(open, KEYS, async (i) => {
    await moveCaret(page, i % PEOPLE, middle, i);
    await page.keyboard.press("x");
  });
  const typing = await burst(open, middle);
  const paints = await page.evaluate(() => (window as unknown as { paints: number[] }).paints);
  const remotes: number[] = [];
  const remoteCpu = await each(open, made.edits.length, async (i) => {
    remotes.push(await page.evaluate((edit) => window.bench.apply(edit), made.edits[i] ?? ""));
  });
  await placeCaret(page, middle);
  const enters = await each(open, ENTERS, async (i) => {
    await moveCaret(page, i % PEOPLE, middle, i);
    await page.keyboard.press("Enter");
  });
  await quiet(open);
  await checkShown(page, "at the end");
  return { open: opened, whole, keys, typing, enters, remotes, remoteCpu, paints, heap };
}

/** CPU of each act until the frame after it. */
async function each({ page, cdp }: OpenPage, count: number, act: (i: number) => Promise<void>) {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = await cpu(cdp);
    await act(i);
    await frame(page);
    found.push((await cpu(cdp)) - from);
  }
  return found;
}

/** A key's share of a burst and of the second after it, in which put off work is done. */
async function burst(open: OpenPage, middle: number): Promise<number> {
  const { page, cdp } = open;
  await quiet(open);
  const from = await cpu(cdp);
  for (let i = 0; i < BURST; i++) {
    await moveCaret(page, i % PEOPLE, middle, i);
    await page.keyboard.press("y", { delay: 20 });
  }
  await quiet(open);
  return ((await cpu(cdp)) - from) / BURST;
}

async function metric(cdp: CDPSession, name: string): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find((one) => one.name === name)?.value ?? Number.NaN;
}

const cpu = async (cdp: CDPSession): Promise<number> => 1_000 * (await metric(cdp, "TaskDuration"));

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.collectGarbage");
  return (await metric(cdp, "JSHeapUsedSize")) / 1_000_000;
}

/** Two frames on: what the first one drew is on the page. */
const frame = (page: Page): Promise<void> =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Resolves once the main thread has had next to nothing to do for a while. */
async function quiet({ page, cdp }: OpenPage): Promise<void> {
  for (;;) {
    const from = await cpu(cdp);
    await page.waitForTimeout(QUIET_MS);
    if ((await cpu(cdp)) - from < 20) return;
  }
}

const moveCaret = (page: Page, person: number, middle: number, step: number): Promise<void> =>
  page.evaluate(([who, block, offset]) => window.bench.moveCaret(who, block, offset), [
    person,
    middle + person - 2,
    1 + (step % 5),
  ] as const);

/** In the middle of a block's words, with the block in sight. */
async function placeCaret(page: Page, block: number): Promise<void> {
  await page.evaluate((index) => {
    const element = window.bench.texts()[index];
    element?.closest<HTMLElement>("[contenteditable=true]")?.focus();
    element?.scrollIntoView({ block: "center" });
    // carets of others may stand in the text and part it: the longest stretch of it
    const walker = document.createTreeWalker(element ?? document, NodeFilter.SHOW_TEXT);
    let text = walker.nextNode();
    for (let next = text; next; next = walker.nextNode())
      if ((next.nodeValue ?? "").length > (text?.nodeValue ?? "").length) text = next;
    if (!text) throw new Error(`Block ${index} shows no words.`);
    getSelection()?.collapse(text, 8);
  }, block);
  await frame(page);
  await frame(page);
}

/** From the key's own time to behind the next frame. */
const watchPaints = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const paints: number[] = [];
    Object.assign(window, { paints });
    const channel = new MessageChannel();
    const waiting: number[] = [];
    channel.port1.onmessage = () => void paints.push(performance.now() - (waiting.shift() ?? 0));
    const onKey = ({ timeStamp }: KeyboardEvent) =>
      requestAnimationFrame(() => {
        waiting.push(timeStamp);
        channel.port2.postMessage(null);
      });
    window.addEventListener("keydown", onKey, { capture: true });
  });

/** What is shown equals the document, block for block; throws where it does not. */
async function checkShown(page: Page, when: string): Promise<void> {
  const difference = await page.evaluate(() => {
    const shown = window.bench.texts().map((element) => {
      const copy = element.cloneNode(true) as Element;
      // carets of others that stand in the text are none of its words
      for (const caret of copy.querySelectorAll(".bn-collaboration-cursor__base")) caret.remove();
      return (copy.textContent ?? "").replaceAll("\u2060", "");
    });
    const held = window.bench.held();
    while (held.length > shown.length && held.at(-1) === "") held.pop();
    while (shown.length > held.length && shown.at(-1) === "") shown.pop();
    const at = held.findIndex((text, i) => text !== shown[i]);
    if (at < 0 && held.length === shown.length) return null;
    return `${shown.length} blocks are shown of ${held.length}; block ${at}: “${shown[at]}” for “${held[at]}”`;
  });
  if (difference !== null) throw new Error(`The page does not show the document ${when}: ${difference}.`);
}
