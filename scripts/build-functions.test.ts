import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { bundleCore, CORE_BUNDLE } from "./build-functions.ts";

it("the committed bundle of lib/core is what lib/core gives now (else: node scripts/build-functions.ts)", async () => {
  const [committed, fresh] = await Promise.all([readFile(CORE_BUNDLE, "utf8"), bundleCore()]);
  // Not toBe(): a difference would print half a megabyte.
  expect(committed === fresh).toBe(true);
});
