/**
 * The rooms of ARCHITECTURE.md and their doors: who may import what. A door is the start of a path of this
 * repository or of a package's name; a file may always import from its own room. The most specific room wins.
 */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";

const browserClient = "lib/supabase/browser.ts";
/** What a page asks before it has the client. */
const beforeClient = "lib/supabase/call-database.ts";
const screens = ["react", "next/", "@base-ui/react", "cmdk", "lucide-react", "sonner"];
const featureDoors = [
  // documents that a workspace begins with are files of the repository
  "RUNBOOK.md?text",
  ...[
    "components/ui/",
    "lib/core/",
    "lib/editor/",
    "lib/collab/",
    "lib/markdown/",
    "lib/html/",
    "lib/exchange/",
    browserClient,
  ],
  beforeClient,
  "lib/supabase/functions.ts",
  "lib/vitals/note-event.ts",
  "lib/web/times.ts",
  ...[...screens, "@tiptap/", "emojilib", "highlight.js", "katex", "yjs", "zod"],
];
const anything = ["app/", "components/", "lib/", "scripts/", "e2e/", "*"];

const rooms: Record<string, string[]> = {
  "lib/core/": ["zod", "yjs", "fractional-indexing"],
  "lib/markdown/": ["lib/core/", "mdast", "micromark"],
  "lib/html/": ["lib/core/", "zod"],
  "lib/exchange/": ["lib/core/", "lib/markdown/", "fflate", "papaparse"],
  "lib/editor/": ["lib/core/", "lib/html/", "@tiptap/", "linkifyjs", "yjs"],
  "lib/slim/": ["react"],
  "lib/collab/": ["lib/core/", "yjs", "zod", "idb", "@supabase/", browserClient],
  "lib/supabase/": [
    "lib/core/",
    "lib/ops/",
    "lib/web/",
    "@supabase/",
    "next/",
    "react",
    "server-only",
    "zod",
  ],
  "lib/data/": ["lib/core/", "lib/supabase/", "lib/ops/", "react", "server-only", "zod"],
  "lib/auth/": ["lib/core/", "lib/supabase/", "next/", "react", "server-only", "zod"],
  "lib/ops/": ["lib/core/", "@opentelemetry/", "server-only", "zod", "node:"],
  "lib/vitals/": ["lib/ops/", "web-vitals", "zod"],
  "lib/web/": ["lib/ops/", "node:", "proxy-addr", "zod"],
  "components/ui/": screens,
  // A feature is a folder of its own: each gets these doors, and none to its siblings.
  "components/": featureDoors,
  // The frame around every page: the one place where features meet.
  "components/workspace/": [...featureDoors, "components/"],
  "app/": ["components/", "lib/", "next", "react", "@fontsource", "server-only", "zod"],
  "supabase/functions/": ["npm:", "jsr:", "node:"],
  "supabase/local/": ["*"],
  "supabase/tests/": [...anything, "supabase/functions/"],
  "scripts/": anything,
  // Campaigns stand on the same project, people and faults as the contract tests.
  "scripts/chaos/": [...anything, "supabase/tests/"],
  // The benchmark of search asks the same project, and the same models.
  "scripts/search/": [...anything, "supabase/tests/", "supabase/functions/"],
  "e2e/": [...anything, "supabase/tests/"],
  "": ["lib/", "scripts/", "*"],
};
/** What tests may import on top; they may also enter any room but the stand-in. */
const testDoors = [...anything, "supabase/tests/"];
/** The one file of lib/collab that knows Supabase is counted, not named. */
const fromSupabase = (to: string) => to.startsWith("@supabase/") || to.startsWith("lib/supabase/");

const statement =
  /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']/gm;
const isTest = (path: string) => /\.test\.tsx?$/.test(path);

function roomOf(path: string): string {
  const name =
    Object.keys(rooms)
      .sort((a, b) => b.length - a.length)
      .find((room) => path.startsWith(room)) ?? "";
  return name === "components/"
    ? posix.join(...(path.split("/").slice(0, 2) as [string, string]), "/")
    : name;
}

function importsOf(path: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const names = [...code.matchAll(statement)].map((match) => match[1] ?? match[2] ?? "");
  return names.map((name) =>
    name.startsWith(".") ? posix.normalize(posix.join(posix.dirname(path), name)) : name,
  );
}

/** Styles, faces and texts are no code: they are no room's. */
const isAsset = (to: string) => /\.(?:css|md|svg|woff2)(?:\?\w+)?$/.test(to);

function isOpen(path: string, to: string): boolean {
  if (isAsset(to)) return true;
  const room = roomOf(path);
  const isOurs = /^(?:app|components|lib|scripts|e2e|supabase)\//.test(to);
  if (isOurs && room !== "" && to.startsWith(room)) return true;
  const doors = isTest(path) && room !== "supabase/local/" ? testDoors : (rooms[room] ?? featureDoors);
  return doors.some((door) => (door === "*" ? !isOurs : to === door || to.startsWith(door)));
}

/** What one file does against the rules, each as a sentence. */
function faultsOf(path: string, source: string): string[] {
  const faults = importsOf(path, source)
    .filter((to) => !isOpen(path, to))
    .map((to) => `${path} may not import ${to}`);
  const isClient = /^\s*["']use client["']/m.test(source);
  // Next takes nothing else for an error page.
  const mustBeClient = /^app\/(?:.*\/)?(?:global-)?error\.tsx$/.test(path);
  if (isClient && !mustBeClient && !path.startsWith("components/"))
    faults.push(`${path} is a client file outside components`);
  const isSecretHome = /^lib\/supabase\/(?:admin|env)\./.test(path) || isTest(path);
  if (/^(?:app|components|lib|[^/]+$)/.test(path) && !isSecretHome && source.includes("SUPABASE_SECRET_KEY"))
    faults.push(`${path} names the secret key`);
  return faults;
}

const files = globSync("{*,{app,components,lib,supabase,scripts,e2e}/**/*}.{ts,tsx}")
  .filter((path) => !/node_modules|\.gen\.|next-env|^scripts\/rooms\.test/.test(path))
  .map((path) => ({ path, source: readFileSync(path, "utf8") }));

describe("rooms", () => {
  it("every import goes through a door", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap(({ path, source }) => importsOf(path, source)).length).toBeGreaterThan(20);
    expect(files.flatMap(({ path, source }) => faultsOf(path, source))).toEqual([]);
  });

  it("one file of lib/collab at most knows Supabase", () => {
    const knowing = files.filter(
      ({ path, source }) =>
        path.startsWith("lib/collab/") && !isTest(path) && importsOf(path, source).some(fromSupabase),
    );
    expect(knowing.map(({ path }) => path).slice(1)).toEqual([]);
  });

  it.each([
    ["lib/core/a.ts", 'import { useState } from "react";'],
    ["lib/core/a.ts", 'import { readFileSync } from "node:fs";'],
    ["lib/core/a.ts", 'import type { X } from "../editor/x.ts";'],
    ["lib/core/a.ts", 'export {\n  a,\n  b,\n} from "../collab/x.ts";'],
    ["lib/core/a.ts", 'const a = await import("@tiptap/core");'],
    ["lib/markdown/a.ts", 'import "../editor/x.ts";'],
    ["lib/html/a.ts", 'import "../editor/x.ts";'],
    ["lib/editor/a.ts", 'import { memo } from "react";'],
    ["lib/collab/a.ts", 'import { admin } from "../supabase/admin.ts";'],
    ["lib/data/a.ts", 'import { browser } from "../collab/x.ts";'],
    ["lib/ops/a.ts", 'import "../supabase/admin.ts";'],
    ["components/ui/a.tsx", 'import { x } from "../editor/x.tsx";'],
    ["components/editor/a.tsx", 'import { x } from "../presence/x.tsx";'],
    ["components/editor/a.tsx", 'import { x } from "../../app/x.ts";'],
    ["components/editor/a.tsx", 'import { x } from "../../lib/supabase/admin.ts";'],
    ["app/a/page.tsx", 'import { x } from "../../supabase/local/main.ts";'],
    ["scripts/a.ts", 'import { x } from "../supabase/local/main.ts";'],
    ["lib/core/a.test.ts", 'import { x } from "../../supabase/local/main.ts";'],
    ["supabase/functions/a/index.ts", 'import { x } from "../../../lib/data/x.ts";'],
    ["supabase/local/a.ts", 'import { x } from "../../lib/core/x.ts";'],
    ["supabase/local/a.test.ts", 'import { x } from "../../lib/core/x.ts";'],
    ["lib/editor/a.ts", '"use client";'],
    ["app/a/page.tsx", "process.env.SUPABASE_SECRET_KEY"],
    ["next.config.ts", "process.env.SUPABASE_SECRET_KEY"],
  ])("a planted fault in %s is caught: %s", (path, source) => expect(faultsOf(path, source)).toHaveLength(1));

  it.each([
    ["lib/core/a.ts", '// import "react";\n/* import "react"; */\nimport { a } from "./b.ts";'],
    [
      "components/editor/a.tsx",
      '"use client";\nimport { useState } from "react";\nimport { b } from "./b.tsx";',
    ],
    ["lib/supabase/admin.ts", 'import "server-only";\nprocess.env.SUPABASE_SECRET_KEY'],
    ["supabase/local/a.test.ts", 'import { a } from "./a.ts";\nimport { it } from "vitest";'],
  ])("a clean file %s passes", (path, source) => expect(faultsOf(path, source)).toEqual([]));
});
