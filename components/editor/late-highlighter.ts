import type { LoadHighlighter } from "../../lib/editor/highlighting.ts";

/** The list of languages comes with the first block of code. */
export const lateHighlighter: LoadHighlighter = async (language) => {
  const load = await import("./load-highlighter.ts").catch((error: unknown) => {
    // offline, or a new version of the product is out: the code stays plain until the page is opened again
    console.warn("no highlighters", error);
    return null;
  });
  return load ? load.loadHighlighter(language) : null;
};
