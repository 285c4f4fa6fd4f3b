/**
 * Which addresses a link may carry. One rule for import, paste, the link dialog and the page: http, https,
 * mailto and tel with a full address; a path on this site ("/w/…"); a place on this page ("#…").
 *
 * Everything else is refused, also what browsers repair into something else: they drop tabs, line breaks
 * and leading blanks, read "\" as "/", and HTML turns entities back into characters, so `java&#9;script:`
 * and `/\host` are judged by what they would become.
 */
const absolute = /^(?:https?:\/\/[^/\\?#\s]|mailto:[^/\\\s]|tel:[+\d(*#])/i;
const safeProtocols: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const entity = /&(?:#\d+|#x[\da-f]+|[a-z][a-z\d]*);/i;

/** Longer ones are no addresses but data. */
const maxHrefLength = 8_192;

export function isSafeHref(href: string): boolean {
  if (href === "" || href.length > maxHrefLength || href !== href.trim() || control.test(href)) return false;
  if (href.startsWith("#")) return true;
  if (entity.test(beforeQuery(href))) return false;
  if (href.startsWith("/")) return !/^\/[/\\]/.test(href);
  return absolute.test(href) && URL.canParse(href) && safeProtocols.has(new URL(href).protocol);
}

/** Scheme, host and path: where an entity could change what the address means. */
function beforeQuery(href: string): string {
  return href.split(/\?|(?<!&)#/, 1)[0] ?? "";
}
