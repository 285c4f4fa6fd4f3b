/**
 * Parts of packages that a page would load and never run, each with the file that stands in its place in the browser's
 * bundle (next.config.ts; scripts/benchmark-editor). `aliases.test.ts` holds each to what is imported of it. On the server
 * and in tests the packages are whole.
 */

const TIPTAP = "./lib/slim/tiptap.gen.js";

/** What a package imports → a file of this folder, or what to import instead. */
export const slimAliases: Readonly<Record<string, string>> = {
  // what no door of a page asks for: 7.6 kB (scripts/build-slim-zod.ts)
  "zod/mini": "./lib/slim/zod-mini.gen.js",
  // yjs copies bytes with it; base64 comes along, and for that Next adds a Buffer: 7.5 kB
  "lib0/buffer": "./lib/slim/lib0-buffer.ts",
  // three warnings of yjs, in colours; a checker of schemas comes along with these: 3 kB
  "lib0/logging": "./lib/slim/lib0-logging.ts",
  // React has it by itself since 18
  "use-sync-external-store/shim": "./lib/slim/sync-store.ts",
  "use-sync-external-store/shim/with-selector": "use-sync-external-store/with-selector",
  // commands, keymaps, decorations and parsers that the editor never runs: 21 kB (scripts/build-slim-tiptap.ts)
  "@tiptap/core": TIPTAP,
  "@tiptap/react": TIPTAP,
  "@tiptap/extension-bold": TIPTAP,
  "@tiptap/extension-code": TIPTAP,
  "@tiptap/extension-italic": TIPTAP,
  "@tiptap/extension-strike": TIPTAP,
  "@tiptap/extension-underline": TIPTAP,
  "@tiptap/pm/commands": TIPTAP,
  "@tiptap/pm/inputrules": TIPTAP,
};
