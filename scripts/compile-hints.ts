/**
 * Tells browsers that what a document's page loads first is needed whole: V8 then compiles it beside the page's own thread
 * while it comes, instead of each function on that thread as it is first called. Chromium reads it since 136; to others it
 * is a comment.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const HINT = "//# allFunctionsCalledOnLoad\n";

const PAGE = "/w/[workspaceId]/d/[documentId]/page";

const BuildManifest = z.object({ rootMainFiles: z.array(z.string()).min(1) });
const PageManifest = z.object({ entryJSFiles: z.record(z.string(), z.array(z.string())) });

/** Paths within the folder of a build; throws where the build is not laid out as Next 16's is. */
export function firstScripts(build: string): string[] {
  const { rootMainFiles } = BuildManifest.parse(JSON.parse(read(build, "build-manifest.json")));
  const manifest = read(build, `server/app${PAGE}_client-reference-manifest.js`);
  const json = manifest.slice(manifest.indexOf(`["${PAGE}"]`)).replace(/^[^{]*/, "");
  const { entryJSFiles } = PageManifest.parse(JSON.parse(json.replace(/;\s*$/, "")));
  const ofPage = Object.entries(entryJSFiles).find(([entry]) => entry.endsWith(`/app${PAGE}`))?.[1];
  if (!ofPage?.length) throw new Error(`The build names no scripts of ${PAGE}.`);
  return [...new Set([...rootMainFiles, ...ofPage])];
}

/** Once a build: a file that has the hint keeps it. */
export function hintFirstScripts(build: string): void {
  for (const file of firstScripts(build)) {
    const source = read(build, file);
    if (!source.startsWith(HINT)) writeFileSync(join(build, file), HINT + source);
  }
}

const read = (build: string, file: string): string => readFileSync(join(build, file), "utf8");
