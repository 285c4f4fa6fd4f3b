/**
 * The product's page as a whole: production build and stand-in, a person signed in, five other sessions of the document
 * whose carets move. From the address to a text that can be written in, and what a key costs there.
 */

import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Page, Response } from "@playwright/test";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { accessToken, body, runtimeConfig } from "../../e2e/document.ts";
import { type Person, signUp } from "../../e2e/person.ts";
import { startServer } from "../../e2e/server.ts";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import { toCursor } from "../../lib/editor/cursor.ts";
import { ask, openPage } from "../benchmark-live-people.ts";
import { type Figure, figureOf } from "../benchmark-live-stats.ts";
import { linesOf, PEOPLE } from "./bench.ts";

export type PageFigures = {
  readonly blocks: number;
  /** Milliseconds on the clock from the address to a text that can be written in; CPU until then. */
  readonly editable: Figure;
  readonly editableCpu: Figure;
  readonly key: Figure;
  readonly paint: Figure;
  readonly fcp: Figure;
  readonly lcp: Figure;
  readonly inp: Figure;
  readonly cls: Figure;
  /** Kilobytes gzipped of all scripts. */
  readonly scripts: number;
};

const TYPES = { heading: "heading2", paragraph: "paragraph", bullet: "bullet" } as const;
const KEYS = 40;
const AT_ONCE = 500;

export async function measurePages(
  browser: Browser,
  sizes: readonly number[],
  times: number,
): Promise<PageFigures[]> {
  const server = await startServer();
  try {
    process.env.E2E_BASE_URL = server.url;
    const found: PageFigures[] = [];
    for (const blocks of sizes) found.push(await measurePage(browser, server.url, blocks, times));
    return found;
  } finally {
    await server.dispose();
  }
}

async function measurePage(
  browser: Browser,
  url: string,
  blocks: number,
  times: number,
): Promise<PageFigures> {
  const person = await signUp(browser, "Ada", `${url}/sign-up`);
  const { client, id } = await clientOf(person);
  const address = await fill(client, id, person, blocks);
  const documentId = address.split("/d/")[1] ?? "";
  await untilQuiet(client, documentId, blocks);
  const others = Array.from({ length: PEOPLE }, () => openPage({ id, client }, documentId));
  const stop = await wander(others, Math.floor(blocks / 2));
  try {
    const rounds: Round[] = [];
    for (let i = 0; i < times; i++) rounds.push(await measureOnce(person.page, address, blocks));
    const all = (part: (round: Round) => readonly number[]) => figureOf(rounds.flatMap(part));
    return {
      blocks,
      editable: all(({ editable }) => [editable]),
      editableCpu: all(({ editableCpu }) => [editableCpu]),
      key: all(({ key }) => [key]),
      paint: all(({ paints }) => paints),
      fcp: all(({ fcp }) => [fcp]),
      lcp: all(({ lcp }) => [lcp]),
      inp: all(({ inp }) => [inp]),
      cls: all(({ cls }) => [cls]),
      scripts: Math.max(...rounds.map(({ scripts }) => scripts)),
    };
  } finally {
    stop();
    for (const other of others) await other.destroy();
    await client.realtime.disconnect();
    await person.page.context().close();
  }
}

/** This person's own client, beside the page. */
async function clientOf({ page }: Person): Promise<{ client: SupabaseClient; id: string }> {
  const { url, publishableKey } = await runtimeConfig(page);
  const token = await accessToken(page);
  const client = createClient(url, publishableKey, { accessToken: async () => token });
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return { client, id: claims.sub };
}

async function fill(client: SupabaseClient, userId: string, { workspaceUrl }: Person, blocks: number) {
  const workspaceId = /\/w\/([0-9a-f-]{36})/.exec(workspaceUrl)?.[1] ?? "";
  const { id } = await ask<{ id: string }>(client, "create_document", { p_workspace_id: workspaceId });
  const session = openPage({ id: userId, client }, id);
  await session.ready;
  const map = new BlockMap(session.doc);
  const nodes = linesOf(blocks).map(({ kind, text }) => ({
    type: TYPES[kind],
    attrs: {},
    text: [{ text, marks: {} }],
    children: [],
  }));
  for (let from = 0; from < nodes.length; from += AT_ONCE) {
    session.doc.transact(() => insertTree(map, nodes.slice(from, from + AT_ONCE)));
    await session.whenSaved();
  }
  map.destroy();
  await session.destroy();
  return `${new URL(workspaceUrl).origin}/w/${workspaceId}/d/${id}`;
}

const ROWS_MS = 60_000;
const STILL_MS = 6_000;

/**
 * A document of a minute ago: the server has its blocks as rows, without which a page comes without text, and the local
 * model is not at its vectors any more, which takes a core.
 */
async function untilQuiet(client: SupabaseClient, documentId: string, blocks: number): Promise<void> {
  const count = async (column: string) => {
    const rows = client.from("blocks").select("id", { count: "exact", head: true });
    const { count: found, error } = await rows.eq("document_id", documentId).not(column, "is", null);
    if (error) throw new Error(error.message);
    return found ?? 0;
  };
  const until = Date.now() + ROWS_MS;
  while ((await count("id")) < blocks) {
    if (Date.now() > until) throw new Error(`The rows of ${blocks} blocks did not come.`);
    await wait(500);
  }
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    await wait(STILL_MS);
    now = await count("embedding");
  }
}

/** Each goes to another word of the blocks around the middle, twice a second. */
async function wander(sessions: readonly DocumentSession[], middle: number): Promise<() => void> {
  await Promise.all(sessions.map(({ ready }) => ready));
  const [first] = sessions;
  if (!first) return () => undefined;
  const map = new BlockMap(first.doc);
  let step = 0;
  const timer = setInterval(() => {
    step++;
    sessions.forEach((session, i) => {
      const id = map.outline().items[middle + i - 2]?.id;
      if (!id) return;
      const place = toCursor(map, { block: id, offset: step % 8 });
      session.setCursor({ anchor: place, head: place }, id);
    });
  }, 500);
  return () => {
    clearInterval(timer);
    map.destroy();
  };
}

type Round = {
  editable: number;
  editableCpu: number;
  key: number;
  paints: number[];
  fcp: number;
  lcp: number;
  inp: number;
  cls: number;
  scripts: number;
};

async function measureOnce(page: Page, address: string, blocks: number): Promise<Round> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto("about:blank");
  const script = await page.addInitScript(watchPage);
  const sizes: Promise<number>[] = [];
  const onResponse = (response: Response) => {
    if (response.request().resourceType() === "script") sizes.push(gzipped(response));
  };
  page.on("response", onResponse);
  try {
    const start = await cpu(cdp);
    await page.goto(address, { waitUntil: "commit" });
    await body(page)
      .locator(".block")
      .nth(blocks - 1)
      .waitFor({ state: "attached" });
    const editable = await page.evaluate(() => window.facts.editable());
    const editableCpu = (await cpu(cdp)) - start;
    await page.waitForTimeout(2_500);
    // of opening alone: afterwards this script jumps to the middle
    const { cls, fcp, lcp } = await page.evaluate(() => window.facts);
    await placeCaret(page, Math.floor(blocks / 2));
    const from = await cpu(cdp);
    for (let i = 0; i < KEYS; i++) await page.keyboard.press("x", { delay: 60 });
    await page.waitForTimeout(1_500);
    const key = ((await cpu(cdp)) - from) / KEYS;
    const { paints, inp } = await page.evaluate(() => window.facts);
    const scripts = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1_000;
    return { editable, editableCpu, key, paints, fcp, lcp, inp, cls, scripts };
  } finally {
    page.off("response", onResponse);
    await script.dispose();
    await cdp.detach();
  }
}

async function gzipped(response: Response): Promise<number> {
  return gzipSync(await response.body(), { level: 9 }).length;
}

async function cpu(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
}

async function placeCaret(page: Page, index: number): Promise<void> {
  const block = body(page).locator(".block").nth(index);
  await block.scrollIntoViewIfNeeded();
  await block.click({ position: { x: 120, y: 12 } });
}

type Facts = {
  editable: () => number;
  paints: number[];
  fcp: number;
  lcp: number;
  inp: number;
  cls: number;
};

declare global {
  interface Window {
    facts: Facts;
  }
}

/** Runs in the page, before its own scripts. */
function watchPage(): void {
  let editable = Number.NaN;
  const facts: Facts = { editable: () => editable, paints: [], fcp: 0, lcp: 0, inp: 0, cls: 0 };
  window.facts = facts;
  const look = () => {
    if (document.querySelector(".body[contenteditable=true] .block")) editable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const watch = (type: string, see: (entry: PerformanceEntry) => void, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({
      type,
      buffered: true,
      ...more,
    });
  watch("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") facts.fcp = startTime;
  });
  watch("largest-contentful-paint", ({ startTime }) => {
    facts.lcp = startTime;
  });
  watch("layout-shift", (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!hadRecentInput) facts.cls += value;
  });
  const seeEvent = (entry: PerformanceEntry) => {
    const { interactionId, duration } = entry as PerformanceEntry & { interactionId: number };
    if (interactionId > 0) facts.inp = Math.max(facts.inp, duration);
  };
  watch("event", seeEvent, { durationThreshold: 16 });
  const channel = new MessageChannel();
  const waiting: number[] = [];
  channel.port1.onmessage = () => void facts.paints.push(performance.now() - (waiting.shift() ?? 0));
  const onKey = ({ timeStamp }: KeyboardEvent) =>
    requestAnimationFrame(() => {
      waiting.push(timeStamp);
      channel.port2.postMessage(null);
    });
  window.addEventListener("keydown", onKey, { capture: true });
}
