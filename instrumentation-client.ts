/**
 * Runs in the browser before any other code of ours.
 *
 * The page's policy lets no string become markup, code or the address of a script. What has to is said here and by the
 * two policies of Next and ProseMirror: the build's own loader gives the addresses of its files as strings.
 */
type Rule = (text: string) => string | null;
type TrustedTypes = { createPolicy: (name: string, rules: Record<string, Rule>) => unknown };

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

trustedTypes?.createPolicy("default", {
  createHTML(html) {
    // How React makes a script element that does not run, when it draws the whole page anew, and what ours has inside.
    if (html === "<script></script>" || html === "") return html;
    // The Markdown parser asks the browser what a name such as "&gt;" means: a character, never an element.
    if (/^&[\da-z]{1,40};$/i.test(html)) return html;
    // ProseMirror asks here first, and takes its own policy when this throws.
    throw new TypeError("Text does not become markup here.");
  },
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    return origin === location.origin && pathname.startsWith("/_next/static/") ? url : null;
  },
});

/**
 * zod compiles its schemas with `new Function`, unless told not to before the first one is made; each try would be
 * reported as a violation. Its own `config()` writes this very object, but would bring zod to pages that need none.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

/** Measuring begins when the page is there and has had time for itself: nobody waits for its script. */
const MEASURE_AFTER_MS = 5_000;
globalThis.addEventListener?.("load", () => {
  setTimeout(() => {
    const begin = () =>
      void import("./lib/vitals/watch.ts").then(
        ({ watchPage }) => watchPage(),
        () => undefined, // without a connection nothing is measured
      );
    if ("requestIdleCallback" in globalThis) requestIdleCallback(begin);
    else begin();
  }, MEASURE_AFTER_MS);
});
