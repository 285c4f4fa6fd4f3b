import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as embed from "../core/embed.ts";
import { closedPolicy, FRAME_HOSTS, newNonce, pagePolicy, SONNER_STYLE } from "./content-policy.ts";

const wishes = { nonce: "AAAA", supabaseUrl: "https://abc.supabase.co/", development: false };

function directives(policy: string): Map<string, string[]> {
  return new Map(
    policy.split("; ").map((part) => {
      const [name = "", ...sources] = part.split(" ");
      return [name, sources];
    }),
  );
}

it("scripts run by the nonce alone", () => {
  const policy = directives(pagePolicy(wishes));
  expect(policy.get("script-src")).toEqual(["'self'", "'nonce-AAAA'", "'strict-dynamic'"]);
  expect(policy.get("script-src-attr")).toEqual(["'none'"]);
  for (const name of ["default-src", "object-src", "base-uri", "frame-ancestors"])
    expect(policy.get(name)).toEqual(["'none'"]);
  expect(policy.get("require-trusted-types-for")).toEqual(["'script'"]);
});

it("a page reaches its own server and the Supabase of the configuration, by http and socket", () => {
  const reached = ["'self'", "https://abc.supabase.co", "wss://abc.supabase.co"];
  expect(directives(pagePolicy(wishes)).get("connect-src")).toEqual(reached);
  const local = pagePolicy({ ...wishes, supabaseUrl: "http://127.0.0.1:54321" });
  expect(directives(local).get("connect-src")).toEqual([
    "'self'",
    "http://127.0.0.1:54321",
    "ws://127.0.0.1:54321",
  ]);
  expect(directives(pagePolicy({ ...wishes, supabaseUrl: null })).get("connect-src")).toEqual(["'self'"]);
});

it("no picture is asked of another server, of Supabase neither: they are shown from memory", () => {
  expect(directives(pagePolicy(wishes)).get("img-src")).toEqual(["'self'", "blob:"]);
});

it("frames are of the sites whose embeds a document may show, and of no other", () => {
  expect(FRAME_HOSTS).toEqual(embed.FRAME_HOSTS);
  expect(directives(pagePolicy(wishes)).get("frame-src")).toEqual(embed.FRAME_HOSTS);
});

it("code is evaluated and styles are written in development only", () => {
  for (const word of ["'unsafe-eval'", "'wasm-unsafe-eval'"]) expect(pagePolicy(wishes)).not.toContain(word);
  expect(directives(pagePolicy(wishes)).get("style-src-elem")).not.toContain("'unsafe-inline'");
  const development = directives(pagePolicy({ ...wishes, development: true }));
  expect(development.get("script-src")).toContain("'unsafe-eval'");
  // A nonce beside it would switch 'unsafe-inline' off.
  expect(development.get("style-src-elem")).toEqual(["'self'", "'unsafe-inline'"]);
});

it("each request has a nonce of its own, of 128 bits, as Next reads it", () => {
  const nonces = Array.from({ length: 1000 }, newNonce);
  expect(new Set(nonces).size).toBe(1000);
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
});

it("what is no page loads and runs nothing", () => {
  expect([...directives(closedPolicy).values()].flat()).toEqual(["'none'", "'none'", "'none'", "'none'"]);
});

it("the sums let through are of the style that this version of sonner writes", () => {
  const source = readFileSync("node_modules/sonner/dist/index.mjs", "utf8");
  const style: unknown = JSON.parse(/^__insertCSS\((".*")\);?$/m.exec(source)?.[1] ?? "null");
  const sums = ["", String(style)].map((text) => createHash("sha256").update(text).digest("base64"));
  expect(SONNER_STYLE).toEqual(sums.map((sum) => `'sha256-${sum}'`));
});
