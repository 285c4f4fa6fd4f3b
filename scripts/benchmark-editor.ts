/**
 * How fast the editor is, beside BlockNote in the same run and the same browser.
 *
 *   npm run benchmark:editor                         all sizes, both editors, and the product's whole page
 *   npm run benchmark:editor -- --blocks 1000,5000 --times 1 --alone --no-pages
 *   npm ci --prefix scripts/rival-editors            brings BlockNote; without it the product is measured alone
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "@playwright/test";
import { buildPage, type EditorPage, whyNoRival } from "./benchmark-editor/bundle.ts";
import { type Figures, measureEditor } from "./benchmark-editor/measure.ts";
import { measurePages, type PageFigures } from "./benchmark-editor/whole-page.ts";
import { ms, tableOf } from "./benchmark-live-stats.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { chromiumArguments, ensureChromium } from "./chromium.ts";

const SIZES = [100, 1_000, 5_000, 20_000];
/** Of whole pages. */
const PAGES = [50, 1_000, 5_000];

type Measured = { readonly name: string; readonly blocks: number; readonly figures: Figures | null };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      blocks: { type: "string" },
      times: { type: "string", default: "3" },
      alone: { type: "boolean", default: false },
      pages: { type: "boolean", default: true },
      /** A rival that has not done a size by then did not finish it. */
      minutes: { type: "string", default: "10" },
      out: { type: "string" },
    },
    allowNegative: true,
  });
  const sizes = values.blocks?.split(",").map(Number) ?? SIZES;
  const out = resolve(values.out ?? join(import.meta.dirname, "../test-results/benchmark-editor.json"));
  const before = loadavg();
  const editors = [await buildPage("command center")];
  if (whyNoRival === null && !values.alone) editors.push(await buildPage("blocknote"));
  else if (!values.alone) say(`BlockNote was left out: ${whyNoRival}`);
  const measured: Measured[] = [];
  for (const blocks of sizes)
    for (const editor of editors)
      measured.push(
        await measureBoxed(editor, blocks, Number(values.times), Number(values.minutes) * 60_000),
      );
  for (const blocks of sizes) say(figuresOf(blocks, measured));
  say(
    tableOf(
      ["JavaScript of a first load, kB gzipped", "without React", "with React"],
      editors.map(({ name, weight }) => [name, ms(weight.withoutReact), ms(weight.withReact)]),
    ),
  );
  const pages = values.pages
    ? await onBrowser((browser) => measurePages(browser, PAGES, Number(values.times)))
    : [];
  if (pages.length > 0) say(pagesOf(pages));
  const machine = { node: process.version, processors: availableParallelism(), load: [before, loadavg()] };
  const weights = editors.map(({ name, weight }) => ({ name, ...weight }));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ machine, measured, weights, pages }, null, 2)}\n`);
  say(
    `load ${before[0]?.toFixed(1)} → ${loadavg()[0]?.toFixed(1)} on ${machine.processors} processors; ${out}`,
  );
}

async function measureBoxed(
  editor: EditorPage,
  blocks: number,
  times: number,
  longestMs: number,
): Promise<Measured> {
  const from = performance.now();
  const took = () => `${editor.name}, ${blocks} blocks: ${((performance.now() - from) / 1_000).toFixed(1)} s`;
  const figures = await onBrowser(async (browser) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void browser.close();
    }, longestMs);
    try {
      return await measureEditor(browser, editor, blocks, times);
    } catch (error) {
      if (editor.name === "command center" || !isLate) throw error;
      return null;
    } finally {
      clearTimeout(timer);
    }
  });
  process.stderr.write(`${took()}${figures ? "" : ", did not finish"}\n`);
  return { name: editor.name, blocks, figures };
}

async function onBrowser<Value>(work: (browser: Browser) => Promise<Value>): Promise<Value> {
  const executablePath = await ensureChromium();
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

const ROWS: readonly (readonly [string, (figures: Figures) => number])[] = [
  ["open, until it can be written in", ({ open }) => open.p50],
  ["open, until all is done", ({ whole }) => whole.p50],
  ["key", ({ key }) => key.p50],
  ["key, its share of a burst and what follows", ({ typing }) => typing.p50],
  ["Enter", ({ enter }) => enter.p50],
  ["remote edit, on the clock", ({ remote }) => remote.p50],
  ["remote edit, with the frame", ({ remoteCpu }) => remoteCpu.p50],
  ["key → frame, on the clock, p95", ({ paint }) => paint.p95],
  ["heap, MB", ({ heap }) => heap],
];

function figuresOf(blocks: number, measured: readonly Measured[]): string {
  const here = measured.filter((one) => one.blocks === blocks);
  const [own, rival] = here;
  const head = [`${blocks} blocks, ms of CPU`, ...here.map(({ name }) => name), ...(rival ? ["times"] : [])];
  const rows = ROWS.map(([name, part]) => {
    const [mine, other] = [own, rival].map((one) => (one?.figures ? part(one.figures) : null));
    const shown = here.map(({ figures }) => (figures ? ms(part(figures)) : "did not finish"));
    return [name, ...shown, ...(mine && other ? [(other / mine).toFixed(1)] : [])];
  });
  return tableOf(head, rows);
}

const PAGE_ROWS: readonly (readonly [string, (figures: PageFigures) => number])[] = [
  ["address → can be written in, on the clock", ({ editable }) => editable.p50],
  ["until then, CPU", ({ editableCpu }) => editableCpu.p50],
  ["key, its share of a burst and what follows, CPU", ({ key }) => key.p50],
  ["key → frame, on the clock, p95", ({ paint }) => paint.p95],
  ["first contentful paint", ({ fcp }) => fcp.p50],
  ["largest contentful paint", ({ lcp }) => lcp.p50],
  ["interaction to next paint, worst", ({ inp }) => inp.p50],
  ["cumulative layout shift", ({ cls }) => cls.p50],
  ["scripts, kB gzipped", ({ scripts }) => scripts],
];

function pagesOf(pages: readonly PageFigures[]): string {
  const rows = PAGE_ROWS.map(([name, part]) => [name, ...pages.map((page) => shown(part(page)))]);
  return tableOf(["the whole page, ms", ...pages.map(({ blocks }) => `${blocks} blocks`)], rows);
}

/** Shifts are small numbers. */
const shown = (value: number): string => (value < 1 ? value.toFixed(3) : ms(value));

await runBenchmark(main);
