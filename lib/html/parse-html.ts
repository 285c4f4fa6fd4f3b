/** Text → a tree of nodes that belongs to no page: nothing in it is loaded, drawn or run. Browser only. */

type Policy = { readonly createHTML: (html: string) => unknown };
type Types = {
  readonly createPolicy: (name: string, rules: { createHTML: (html: string) => string }) => Policy;
};

let policy: Policy | null | undefined;

/** A tag with its attributes, each said whole. Longer ones are left as they are. */
const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^'"<>]){0,2000}>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;

/**
 * Without what the browser would refuse by the page's policy and report, though it never would apply or run it here.
 * Nothing is kept safe by this: what is left of it is not read.
 */
function withoutNoise(html: string): string {
  return ["style", "script"]
    .reduce(withoutElement, html)
    .replace(TAG, (tag) => tag.replace(ATTRIBUTE, (all, name: string) => (/^on/i.test(name) ? "" : all)));
}

/** Its text ends at the first end tag, whatever stands in it. Looks at each character once. */
function withoutElement(html: string, name: string): string {
  const lower = html.toLowerCase();
  if (lower.length !== html.length) return html; // letters whose small form is longer: places would not fit
  let rest = "";
  let from = 0;
  for (let start = lower.indexOf(`<${name}`); start >= 0; start = lower.indexOf(`<${name}`, from)) {
    const end = lower.indexOf(`</${name}`, start);
    if (end < 0) break;
    rest += html.slice(from, start);
    from = lower.indexOf(">", end) + 1 || html.length;
  }
  return rest + html.slice(from);
}

export function parseHtml(html: string): Document {
  // the page's policy names it: lib/web/content-policy.ts
  policy ??=
    (globalThis as { trustedTypes?: Types }).trustedTypes?.createPolicy("read-html", {
      createHTML: (text) => text,
    }) ?? null;
  const text = withoutNoise(html);
  return new DOMParser().parseFromString((policy ? policy.createHTML(text) : text) as string, "text/html");
}
