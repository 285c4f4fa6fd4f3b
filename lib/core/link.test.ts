import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSafeHref } from "./link.ts";

const safe = [
  "https://example.com",
  "HTTPS://example.com/a?b=c#d",
  "http://localhost:3000/w/1",
  "https://example.com/?x=1&amp;y=2",
  "https://example.com/?q=1&lt;2",
  "https://fa.wikipedia.org/wiki/می‌خواهم",
  "https://example.com/a b",
  "mailto:ann@example.com",
  "mailto:ann@example.com?subject=Hi%20there",
  "tel:+41441234567",
  "/w/123/d/456#789",
  "/",
  "#pre-deployment-checklist",
  "#a&lt;b",
];

const unsafe = {
  "an empty one": [""],
  "a script": ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "vbscript:x", "livescript:x"],
  data: ["data:text/html,<script>alert(1)</script>", "DATA:image/svg+xml;base64,AAAA"],
  "other schemes": [
    "file:///etc/passwd",
    "blob:https://a/b",
    "ftp://a",
    "about:blank",
    "intent://x",
    "ws://x",
  ],
  "another host without a scheme": [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
  ],
  "a bare word or a path from here": ["example.com", "www.example.com", "./a.md", "../a", "?q=1"],
  "a scheme without an address": ["https:", "https://", "https:///a", "http:evil", "mailto:", "tel:x"],
  "characters that browsers drop": [
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "\u0001javascript:alert(1)",
    "javascript\u0000:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "https://exa\rmple.com",
    "https://example.com\u2028",
    " https://example.com",
    "https://example.com ",
    "\ufeffjavascript:alert(1)",
    "\u200bjavascript:alert(1)",
  ],
  entities: [
    "java&#9;script:alert(1)",
    "java&Tab;script:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#x3a;alert(1)",
    "/&#47;evil.example",
    "/&sol;evil.example",
  ],
  "a host that does not parse": ["https://exa mple.com", "https://[::1", "http://a:99999"],
  "a backslash for a slash": ["https:\\\\evil.example", "https:/\\evil.example", "mailto:\\\\evil"],
  "data in the shape of an address": [`https://example.com/${"a".repeat(9_000)}`],
};

describe("isSafeHref", () => {
  it.each(safe)("takes %s", (href) => expect(isSafeHref(href)).toBe(true));

  it.each(Object.entries(unsafe).flatMap(([why, hrefs]) => hrefs.map((href) => [why, href] as const)))(
    "refuses %s: %j",
    (_why, href) => expect(isSafeHref(href)).toBe(false),
  );

  it("never lets a browser on this site read a taken address as another scheme, or a taken path as another host", () => {
    const piece = fc.constantFrom(
      ..."/ \\ : # ? & ; \t \n javascript data http https mailto // evil.example &#9; &colon; \u0000 \u00a0 a".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const href = pieces.join("");
        if (!isSafeHref(href)) return;
        const url = new URL(href, "https://here.example/w/1");
        expect(["http:", "https:", "mailto:", "tel:"]).toContain(url.protocol);
        if (/^[/#]/.test(href)) expect(url.host).toBe("here.example");
      }),
      { numRuns: 5_000 },
    );
  });
});
