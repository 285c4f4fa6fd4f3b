/**
 * Where to go after signing in. Only a path of this site is let through: one slash, then neither a slash nor a
 * backslash, which browsers read as the start of another host.
 */
export function safeNext(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 512) return undefined;
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(value) && !value.includes("\\") ? value : undefined;
}

export function withNext(path: string, next: string | undefined): string {
  return next ? `${path}?next=${encodeURIComponent(next)}` : path;
}
