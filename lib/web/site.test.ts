import { expect, it } from "vitest";
import { isFromHere, isHttps, siteOrigin } from "./site.ts";

const asked = (headers: Record<string, string>) => new Headers(headers);
const named = { SITE_URL: "https://docs.example.com/" };

it("links in messages lead to SITE_URL, whatever a request says", () => {
  const spoofed = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" };
  expect(siteOrigin(asked(spoofed), named)).toBe("https://docs.example.com");
  expect(isHttps(asked(spoofed), named)).toBe(true);
});

it("without SITE_URL they lead to the host that was asked for, never to a forwarded one", () => {
  const headers = asked({
    host: "docs.example.com",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
  });
  expect(siteOrigin(headers, {})).toBe("https://docs.example.com");
  expect(siteOrigin(asked({ host: "127.0.0.1:3000" }), {})).toBe("http://127.0.0.1:3000");
  expect(siteOrigin(asked({ host: "a b/c" }), {})).toBe("http://localhost");
});

it("a broken SITE_URL is said in a sentence", () => {
  expect(() => siteOrigin(asked({}), { SITE_URL: "docs.example.com" })).toThrow(
    /^SITE_URL must be the address[^\n]*\.$/,
  );
});

it.each([
  ["a page of this site", { host: "docs.example.com", origin: "https://docs.example.com" }, true],
  ["another site", { host: "docs.example.com", origin: "https://evil.example" }, false],
  [
    "another site that forwards itself",
    { host: "docs.example.com", origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    false,
  ],
  ["a sub-domain", { host: "docs.example.com", origin: "https://x.docs.example.com" }, false],
  ["another port", { host: "docs.example.com", origin: "https://docs.example.com:8443" }, false],
  ["a frame without an origin", { host: "docs.example.com", origin: "null" }, false],
  ["an extension", { host: "docs.example.com", origin: "chrome-extension://docs.example.com" }, false],
  ["nobody", { host: "docs.example.com" }, false],
])("what %s sends is told apart", (_, headers, ours) => {
  expect(isFromHere(asked(headers as Record<string, string>), {})).toBe(ours);
  expect(isFromHere(asked(headers as Record<string, string>), named)).toBe(ours);
});

it("with SITE_URL the scheme counts, and a proxy may change Host", () => {
  expect(isFromHere(asked({ host: "docs.example.com", origin: "http://docs.example.com" }), named)).toBe(
    false,
  );
  expect(isFromHere(asked({ host: "app:3000", origin: "https://docs.example.com" }), named)).toBe(true);
});
