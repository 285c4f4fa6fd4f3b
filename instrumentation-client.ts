/**
 * Runs in the browser before any other code of ours. zod compiles its schemas with `new Function`, unless told not to
 * before the first one is made; the page's policy refuses that, and would report each try. Its own `config()` writes
 * this very object, but would bring zod to pages that need none.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
