/**
 * Where to go after signing in. Only a path of this site is let through: one slash, then neither a slash nor a
 * backslash, which browsers read as the start of another host. It must also be what a browser would make of it:
 * "/..//host" becomes "//host".
 */
export function safeNext(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 512) return undefined;
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(value) || value.includes("\\")) return undefined;
  return new URL(value, "http://here").href === `http://here${value}` ? value : undefined;
}

export function withNext(path: string, next: string | undefined): string {
  return next ? `${path}?next=${encodeURIComponent(next)}` : path;
}
