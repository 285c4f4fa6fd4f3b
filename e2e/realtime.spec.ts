/** The client library in a browser against Realtime: JSON and bytes, presence, and the end of a page. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "@playwright/test";
import type { SupabaseClient } from "@supabase/supabase-js";
import { build } from "esbuild";
import { type StandIn, startStandIn } from "../scripts/stand-in.ts";
import { expect, test } from "./test.ts";

declare global {
  var supabase: { createClient: (url: string, key: string, options?: unknown) => SupabaseClient };
  var room: { channel: ReturnType<SupabaseClient["channel"]>; heard: string[] };
}

const root = resolve(import.meta.dirname, "..");
let folder: string;
let standIn: StandIn;
let library: string;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "realtime-e2e-"));
  const migrations = join(root, "supabase/tests/realtime-schema");
  standIn = await startStandIn({ dataFolder: folder, databaseUrl: null, args: ["--migrations", migrations] });
  const { outputFiles } = await build({
    stdin: { contents: `export { createClient } from "@supabase/supabase-js";`, resolveDir: root },
    bundle: true,
    format: "iife",
    globalName: "supabase",
    platform: "browser",
    write: false,
  });
  library = outputFiles[0]?.text ?? "";
});
test.afterAll(async () => {
  await standIn?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A page of its own that is in the room, under a name. */
async function enter(browser: Browser, name: string, vsn: string): Promise<Page> {
  const page = await browser.newPage();
  await page.addScriptTag({ content: library });
  const { url, publishableKey } = standIn;
  await page.evaluate(
    ([url, key, name, vsn]) => {
      const client = globalThis.supabase.createClient(url, key, { realtime: { vsn } });
      const channel = client.channel("browsers", {
        config: { broadcast: { ack: true }, presence: { key: name } },
      });
      const heard: string[] = [];
      channel.on("broadcast", { event: "*" }, ({ payload }) =>
        heard.push(
          payload instanceof ArrayBuffer ? `bytes ${new Uint8Array(payload)}` : JSON.stringify(payload),
        ),
      );
      channel.on("presence", { event: "sync" }, () => undefined);
      globalThis.room = { channel, heard };
      // the library tries again by itself where an answer takes too long
      return new Promise<void>((done) =>
        channel.subscribe((status) => (status === "SUBSCRIBED" ? done() : undefined)),
      );
    },
    [url, publishableKey, name, vsn] as const,
  );
  return page;
}

const track = (page: Page) => page.evaluate(() => globalThis.room.channel.track({ here: true }));
const present = (page: Page) =>
  page.evaluate(() => Object.keys(globalThis.room.channel.presenceState()).sort().join());
const heard = (page: Page) => page.evaluate(() => globalThis.room.heard);

test("browsers join, say JSON and bytes, and see who is there and who has gone", async ({ browser }) => {
  const [one, two] = [await enter(browser, "one", "2.0.0"), await enter(browser, "two", "2.0.0")];
  const old = await enter(browser, "old", "1.0.0");
  const answers = await one.evaluate(async () => {
    const say = (payload: unknown) =>
      globalThis.room.channel.send({ type: "broadcast", event: "said", payload } as never);
    return [await say({ text: "hé 🙂" }), await say(Uint8Array.of(0, 255, 7).buffer)];
  });
  expect(answers).toEqual(["ok", "ok"]);
  await expect.poll(() => heard(two)).toEqual(['{"text":"hé 🙂"}', "bytes 0,255,7"]);
  await expect.poll(() => heard(old)).toEqual(['{"text":"hé 🙂"}']);
  expect(await heard(one)).toEqual([]);

  for (const page of [one, two, old]) expect(await track(page)).toBe("ok");
  for (const page of [one, two, old]) await expect.poll(() => present(page)).toBe("old,one,two");
  await two.close();
  for (const page of [one, old]) await expect.poll(() => present(page)).toBe("old,one");
  for (const page of [one, old]) await page.close();
});
