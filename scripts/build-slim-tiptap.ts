/**
 * Bundles what the editor takes of Tiptap into lib/slim/tiptap.gen.js, from the sources that its packages bring. The core
 * lists some seventy commands, a keymap, decorations and parsers that nothing here runs; as each editor holds all of
 * them no bundler can leave them out. Here the list of commands is ours, and lib/slim/tiptap-parts.ts stands in the place
 * of the rest. ProseMirror stays outside, as there is one of it; but for two of its packages, which make keymaps and
 * rules as they are loaded that nobody asks for.
 *
 * The bundle is committed and a test fails when it is stale. Run `node scripts/build-slim-tiptap.ts` then.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { keepOnly } from "./keep-only.ts";

const root = resolve(import.meta.dirname, "..");
const packages = join(root, "node_modules/@tiptap");
export const TIPTAP_BUNDLE = join(root, "lib/slim/tiptap.gen.js");
const PARTS = join(root, "lib/slim/tiptap-parts.ts");

/** What keys, rules and marks call of the core; extensions bring theirs. */
export const COMMANDS = ["deleteRange", "setMark", "toggleMark", "unsetMark"];

/** Modules of the core that nothing runs. */
export const UNUSED = [
  "decorations/DecorationManager",
  "decorations/decorationApplyScope",
  "decorations/index",
  "extensions/delete",
  "extensions/drop",
  "extensions/keymap",
  "extensions/paste",
  "extensions/textDirection",
  "helpers/createDocument",
  "helpers/getAttributes",
  "helpers/isActive",
  "helpers/isNodeEmpty",
  "helpers/MappablePosition",
  "helpers/resolveFocusPosition",
  "helpers/warnOnDuplicatedProseMirrorModel",
  "MarkView",
  "NodePos",
  "schema/getSchemaAttributes",
  "schema/mergeSchemaSpec",
  "style",
  "utilities/createStyleTag",
].map((name) => join(packages, `core/src/${name}.ts`));

const TAKEN = "core|react|extension-[a-z]+|pm/commands|pm/inputrules";
const IMPORT = new RegExp(`import \\{([^}]*)\\} from "(@tiptap/(?:${TAKEN}))"`, "g");

/** Of the product, each by its path. */
export function sourcesWithTiptap(): Map<string, string> {
  const paths = globSync("{app,components,lib}/**/*.{ts,tsx}", { cwd: root });
  const sources = paths
    .filter((path) => !path.includes(".test."))
    .map((path) => [path, readFileSync(join(root, path), "utf8")] as const);
  return new Map(sources.filter(([, source]) => new RegExp(`"@tiptap/(?:${TAKEN})"`).test(source)));
}

/** Package → what is taken of it; types are in no bundle. */
export function takenOfTiptap(): Map<string, string[]> {
  const taken = new Map<string, Set<string>>();
  for (const source of sourcesWithTiptap().values())
    for (const [, names = "", from = ""] of source.matchAll(IMPORT))
      for (const name of names.split(",").map((one) => one.trim()))
        if (name !== "" && !name.startsWith("type "))
          taken.set(from, (taken.get(from) ?? new Set()).add(name));
  // what @tiptap/react makes
  taken.set("@tiptap/core", (taken.get("@tiptap/core") ?? new Set()).add("Editor"));
  return new Map([...taken].map(([from, names]) => [from, [...names].sort()] as const).sort());
}

const moduleAt = (path: string): string => (existsSync(`${path}.ts`) ? `${path}.ts` : `${path}.tsx`);

const listOf = (names: readonly string[]): string =>
  names.map((name) => `export { ${name} } from "./${name}.js";`).join("\n");

const slim = (taken: ReadonlyMap<string, string[]>): Plugin => ({
  name: "slim",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tiptap\/(core|react|extension-)/ }, ({ path }) => {
      const [, name = "", part = "index"] = path.split("/");
      return { path: moduleAt(join(packages, name, "src", part)), sideEffects: false };
    });
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path.replace(/\.js$/, ".ts"));
      return UNUSED.includes(file) ? { path: PARTS, sideEffects: false } : null;
    });
    onResolve({ filter: /^(fast-equals|use-sync-external-store\/shim\/index.js)$/ }, ({ path }) => ({
      path: join(root, path === "fast-equals" ? "lib/slim/fast-equals.ts" : "lib/slim/sync-store.ts"),
    }));
    onResolve({ filter: /^use-sync-external-store\/shim\/with-selector.js$/ }, () => ({
      path: "use-sync-external-store/with-selector",
      external: true,
    }));
    onResolve({ filter: /^react(-dom)?$/ }, () => ({ external: true }));
    onResolve({ filter: /^(@tiptap\/pm\/|prosemirror-)/ }, ({ path }) => {
      const [, name = ""] = /(\w+)$/.exec(path) ?? [];
      if (name === "history") return { path: join(root, "lib/slim/history.ts") };
      if (!taken.has(`@tiptap/pm/${name}`)) return { path: `@tiptap/pm/${name}`, external: true };
      return { path: join(root, `node_modules/prosemirror-${name}/dist/index.js`), pluginData: name };
    });
    onLoad({ filter: /prosemirror-\w+\/dist\/index\.js$/ }, ({ path, pluginData }) => ({
      contents: keepOnly(readFileSync(path, "utf8"), taken.get(`@tiptap/pm/${pluginData}`) ?? []),
    }));
    // each of its parts has a module of its name
    onLoad({ filter: /react\/src\/index\.ts$/ }, () => ({
      contents: listOf(taken.get("@tiptap/react") ?? []),
    }));
    onLoad({ filter: /core\/src\/commands\/index\.ts$/ }, () => ({
      contents: listOf(COMMANDS),
    }));
  },
});

/** The bundle, and the sources that went into it. */
export async function bundleTiptap(): Promise<{ text: string; sources: string[] }> {
  const taken = takenOfTiptap();
  const doors = [...taken].flatMap(([from, names]) =>
    names.map((name) => `export { ${name} } from "${from}";`),
  );
  const { outputFiles, metafile } = await build({
    stdin: { contents: doors.join("\n"), resolveDir: root, loader: "js" },
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: root,
    plugins: [slim(taken)],
    format: "esm",
    platform: "neutral",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    // as the packages build themselves
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    charset: "utf8",
    legalComments: "none",
    minify: true,
    banner: { js: BANNER },
  });
  const [bundle] = outputFiles;
  const [made] = Object.values(metafile.outputs);
  if (bundle === undefined || made === undefined) throw new Error("esbuild made no file.");
  const used = Object.entries(made.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { text: bundle.text, sources: used.map(([path]) => join(root, path)) };
}

const BANNER = `// Made by scripts/build-slim-tiptap.ts from @tiptap/core, @tiptap/react and @tiptap/extension-* (MIT, © 2025 Tiptap GmbH)
// and from prosemirror-commands and prosemirror-inputrules (MIT, © 2015-2017 Marijn Haverbeke and others). Do not edit.`;

if (process.argv[1] === import.meta.filename) {
  await writeFile(TIPTAP_BUNDLE, (await bundleTiptap()).text);
  console.log(`Wrote ${TIPTAP_BUNDLE}`);
}
