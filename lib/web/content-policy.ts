/**
 * What a page may load and run. Session cookies are readable by script by design of @supabase/ssr, so that this
 * policy is what stands between a planted script and somebody's account.
 *
 * Scripts run by the request's nonce alone, and what these load themselves; no handler in an attribute runs, and no
 * string becomes markup or code but through the named Trusted Types policies. Style
 * elements need the nonce or the one known sum; style attributes are let through, because the server writes them
 * (depth in the tree, widths of placeholders) and the paste of formatted text is read from them.
 */

/**
 * The sums of the style element that sonner writes when it is loaded, first without and then with its text; a test
 * recalculates them from the package.
 */
export const SONNER_STYLE = [
  "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "'sha256-StEaX+se6YS7pqjzrzMIA0KaX9zF/8zAhvQXZAe5epY='",
];

/** Whose frames a page may show, once a person asks for one: the table of lib/core/embed.ts, held equal by a test. */
export const FRAME_HOSTS = [
  "https://www.youtube-nocookie.com",
  "https://player.vimeo.com",
  "https://www.loom.com",
  "https://embed.figma.com",
  "https://codepen.io",
];

export interface PolicyWishes {
  /** Base64 of 16 random bytes, a new one for each request. */
  readonly nonce: string;
  /** Null when the environment does not say it: then the page can reach nothing but its own server. */
  readonly supabaseUrl: string | null;
  /** Next's development server evaluates code and writes styles without the nonce. */
  readonly development: boolean;
}

export function newNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
}

/** The value of Content-Security-Policy for a page. Next reads the nonce out of it. */
export function pagePolicy({ nonce, supabaseUrl, development }: PolicyWishes): string {
  const supabase = supabaseUrl === null ? [] : [new URL(supabaseUrl).origin];
  const sockets = supabase.map((origin) => origin.replace(/^http/, "ws"));
  return write({
    "default-src": ["'none'"],
    "script-src": [
      "'self'",
      `'nonce-${nonce}'`,
      "'strict-dynamic'",
      ...(development ? ["'unsafe-eval'"] : []),
    ],
    "script-src-attr": ["'none'"],
    // For browsers that do not know the two that follow.
    "style-src": ["'self'", "'unsafe-inline'"],
    "style-src-elem": development
      ? ["'self'", "'unsafe-inline'"]
      : ["'self'", `'nonce-${nonce}'`, ...SONNER_STYLE],
    "style-src-attr": ["'unsafe-inline'"],
    // Pictures of documents are fetched by the person's own rights (connect-src) and shown from memory: no page asks
    // another server for one, whatever a document says.
    "img-src": ["'self'", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", ...supabase, ...sockets],
    "frame-src": FRAME_HOSTS,
    "manifest-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    ...(development ? {} : trustedTypes),
  });
}

/** "default" is ours, in instrumentation-client.ts. */
const trustedTypes = {
  "require-trusted-types-for": ["'script'"],
  "trusted-types": ["default", "nextjs", "ProseMirrorClipboard", "read-html"],
};

/** For answers that are no pages: nothing in them is ever loaded or run. */
export const closedPolicy = write({
  "default-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "frame-ancestors": ["'none'"],
});

function write(directives: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}
