/** Each editor as one page: its scripts and styles built for production, and what they weigh. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";
import { slimAliases } from "../../lib/slim/aliases.ts";

export type EditorName = "command center" | "blocknote";

/** `path` → content, the page itself at "/"; kilobytes gzipped of what a first visit loads. */
export type EditorPage = {
  readonly name: EditorName;
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;
  readonly weight: { readonly withReact: number; readonly withoutReact: number };
};

const root = resolve(import.meta.dirname, "../..");
export const rivalFolder = resolve(root, "scripts/rival-editors");

/** Why BlockNote cannot be measured here, as a sentence; null when it can. */
export const whyNoRival: string | null = existsSync(join(rivalFolder, "node_modules"))
  ? null
  : "its packages are not installed (npm ci --prefix scripts/rival-editors).";

const entries: Record<EditorName, { file: string; style: string | null; frame: string }> = {
  "command center": {
    file: join(import.meta.dirname, "product-page.tsx"),
    style: join(root, "app/globals.css"),
    // as the page frames it: the desk scrolls, the text has its measure
    frame: '<div class="desk"><main class="doc" id="main"></main></div>',
  },
  blocknote: {
    file: join(rivalFolder, "blocknote-page.jsx"),
    style: null,
    frame: '<main style="max-width: 46rem; margin: auto"></main>',
  },
};

const TYPES: Record<string, string> = { js: "text/javascript", css: "text/css", woff2: "font/woff2" };

export async function buildPage(name: EditorName): Promise<EditorPage> {
  const { style, frame } = entries[name];
  const whole = await bundle(name, false);
  const files = new Map<string, { type: string; body: Buffer }>();
  for (const { path, contents } of whole.outputFiles) {
    const file = path.slice(path.lastIndexOf("/out/") + 4);
    const type = TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    files.set(file, { type, body: Buffer.from(contents) });
  }
  const sheets = [...files.keys()].filter((file) => file.endsWith(".css"));
  if (style && sheets.length === 0) throw new Error(`${style} made no style sheet.`);
  const links = sheets.map((file) => `<link rel="stylesheet" href="${file}">`).join("");
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>${links}</head><body>${frame}<script type="module" src="/page.js"></script></body></html>`;
  files.set("/", { type: "text/html", body: Buffer.from(html) });
  const bare = await bundle(name, true);
  return { name, files, weight: { withReact: firstLoad(whole), withoutReact: firstLoad(bare) } };
}

type Built = { outputFiles: OutputFile[]; metafile: Metafile };

async function bundle(name: EditorName, withoutReact: boolean): Promise<Built> {
  const { file, style } = entries[name];
  return build({
    entryPoints: [
      { in: file, out: "page" },
      ...(style && !withoutReact ? [{ in: style, out: "style" }] : []),
    ],
    absWorkingDir: root,
    outdir: "out",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    jsx: "automatic",
    target: "es2022",
    conditions: ["style"],
    // as next.config.ts builds the product
    alias: name === "command center" ? slimAliases : {},
    loader: { ".woff2": "file", ".woff": "file", ".ttf": "file" },
    external: withoutReact ? ["react", "react-dom", "react-dom/client", "react/jsx-runtime"] : [],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
}

/** The entry's script and all that it imports at once; lazy parts are not loaded by a first visit. */
function firstLoad({ outputFiles, metafile }: Built): number {
  const wanted = new Set<string>();
  const add = (path: string) => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === "import-statement" && metafile.outputs[next]) add(next);
  };
  add("out/page.js");
  const bytes = outputFiles
    .filter(({ path }) => [...wanted].some((file) => path.endsWith(`/${file}`)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  return bytes / 1_000;
}
