/** What stands in the place of a package's part has all that is imported of it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  bundleTiptap,
  COMMANDS,
  sourcesWithTiptap,
  TIPTAP_BUNDLE,
  takenOfTiptap,
  UNUSED,
} from "../../scripts/build-slim-tiptap.ts";
import { bundleZod, ZOD_BUNDLE } from "../../scripts/build-slim-zod.ts";
import { documentExtensions } from "../editor/schema.ts";
import { slimAliases } from "./aliases.ts";

const require = createRequire(import.meta.url);
/** Who imports them, of what a page loads. */
const IMPORTERS = [
  "yjs/dist/yjs.mjs",
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

function commandsOf({ config, name }: (typeof documentExtensions)[number]): string[] {
  const make = config.addCommands as ((this: object) => object) | undefined;
  return Object.keys(make?.call({ name }) ?? {});
}

describe("slim parts", () => {
  const parts = Object.entries(slimAliases).filter(([, file]) => !file.endsWith(".gen.js"));
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

  it("Tiptap is of the packages that are installed: `node scripts/build-slim-tiptap.ts` makes it anew", async () => {
    expect(readFileSync(TIPTAP_BUNDLE, "utf8")).toBe((await bundleTiptap()).text);
    expect(UNUSED.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("Tiptap stands in the place of each package that is taken of, and has what is taken", async () => {
    const replaced = Object.keys(slimAliases).filter(
      (from) => resolve(slimAliases[from] ?? "") === TIPTAP_BUNDLE,
    );
    expect(replaced.toSorted()).toEqual([...takenOfTiptap().keys()].toSorted());
    const has = await import(/* @vite-ignore */ TIPTAP_BUNDLE);
    const names = [...takenOfTiptap().values()].flat();
    expect(names.filter((name) => !(name in has))).toEqual([]);
  });

  it("Tiptap has each command that its own code, a mark or the product calls", async () => {
    const has = new Set([...COMMANDS, ...documentExtensions.flatMap(commandsOf)]);
    expect(has).toContain("toggleBold");
    const { sources } = await bundleTiptap();
    const own = sources.filter((path) => path.includes("@tiptap"));
    const texts = [...own.map((path) => readFileSync(path, "utf8")), ...sourcesWithTiptap().values()];
    const called = texts
      .map((text) => text.replace(/^\s*(?:\*|\/\/).*$/gm, ""))
      .flatMap((text) => [...text.matchAll(/(?<![-\w/])commands\??\.(\w+)/g)])
      .map(([, name = ""]) => name);
    expect(called).toContain("toggleMark");
    // focus: as an editor begins that is made with `autofocus`, which the slim one refuses
    expect(called.filter((name) => !has.has(name) && name !== "focus")).toEqual([]);
  });

  it("Tiptap's editor is asked by the product for what it has", () => {
    const asked = [...sourcesWithTiptap().values()].flatMap((source) => [
      ...source.matchAll(/(?<![-\w])editor\??\.(\w+)/g),
    ]);
    const names = new Set(asked.map(([, name]) => name));
    expect([...names].toSorted()).toEqual([
      "commands",
      "isEditable",
      "mount",
      "options",
      "schema",
      "setEditable",
      "state",
      "view",
    ]);
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
