/** What stands in the place of a package's part has all that is imported of it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleZod, ZOD_BUNDLE } from "../../scripts/build-slim-zod.ts";
import { slimAliases } from "./aliases.ts";

const require = createRequire(import.meta.url);
/** Who imports them, of what a page loads. */
const IMPORTERS = [
  "yjs/dist/yjs.mjs",
  "@tiptap/core/dist/index.js",
  "@tiptap/react/dist/index.js",
  "@base-ui/utils/store/useStore.mjs",
  "@base-ui/utils/store/StoreInspector.mjs",
  "@base-ui/react/utils/popups/usePopupHandleStore.mjs",
];
const sources = IMPORTERS.map((path) => readFileSync(`node_modules/${path}`, "utf8"));

/** The names that the sources take of a module: by name, or as a part of the whole. */
function takenOf(request: string): Set<string> {
  const taken = new Set<string>();
  for (const source of sources)
    for (const [, names, whole] of source.matchAll(importOf(request))) {
      for (const name of names?.split(",") ?? []) taken.add(name.trim().split(/\s/)[0] ?? "");
      if (whole) for (const [, name] of source.matchAll(partOf(whole))) taken.add(name ?? "");
    }
  return taken;
}

const importOf = (request: string) =>
  new RegExp(`import (?:\\{([^}]*)\\}|\\* as (\\w+)) from ["']${request}["']`, "g");
const partOf = (name: string) => new RegExp(`(?<![\\w.$])${name}\\.(\\w+)`, "g");

describe("slim parts", () => {
  const parts = Object.entries(slimAliases).filter(([request]) => request !== "zod/mini");
  it.each(parts)("%s has what is imported of it", async (request, file) => {
    const taken = [...takenOf(request)];
    expect(taken).not.toEqual([]);
    const own = file.startsWith("./");
    expect(!own || existsSync(file)).toBe(true);
    const put = own ? await import(/* @vite-ignore */ resolve(file)) : require(file);
    expect(taken.filter((name) => !(name in put))).toEqual([]);
  });

  it("zod/mini has what the doors take of it: `node scripts/build-slim-zod.ts` makes it anew", async () => {
    expect(readFileSync(ZOD_BUNDLE, "utf8")).toBe(await bundleZod());
    const z = await import(/* @vite-ignore */ ZOD_BUNDLE);
    const door = z.object({ id: z.uuid(), text: z.string().check(z.maxLength(3)) });
    expect(door.safeParse({ id: crypto.randomUUID(), text: "abc" }).success).toBe(true);
    expect(door.safeParse({ id: crypto.randomUUID(), text: "abcd" }).success).toBe(false);
  });

  it("warns in the words of yjs", async () => {
    const { warn, RED, UNBOLD } = await import("./lib0-logging.ts");
    const said: unknown[][] = [];
    const { warn: real } = console;
    console.warn = (...words: unknown[]) => void said.push(words);
    try {
      warn(RED, "a", UNBOLD, "b", 3);
    } finally {
      console.warn = real;
    }
    expect(said).toEqual([["a", "b", 3]]);
  });

  it("copies bytes", async () => {
    const { copyUint8Array } = await import("./lib0-buffer.ts");
    const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    const copy = copyUint8Array(bytes);
    expect([...copy]).toEqual([2, 3]);
    expect(copy.buffer.byteLength).toBe(2);
  });
});
