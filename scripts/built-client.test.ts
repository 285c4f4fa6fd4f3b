/** That the look into a build sees what it looks for; the build itself is looked into by e2e/built-client.spec.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { fixedSecrets, KNOWN_SECRET, leaks } from "./built-client.ts";

const folder = mkdtempSync(join(tmpdir(), "built-client-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(files: Record<string, string>): string {
  const root = mkdtempSync(join(folder, "build-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const claims = (offset: string) =>
  `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ iss: `supabase${offset}`, role: "service_role" })).toString("base64url")}.x`;

it.each([
  ["static/chunks/a.js", `fetch(u,{headers:{apikey:"${KNOWN_SECRET}"}})`],
  ["static/chunks/deep/er/a.js", 'const k="sb_secret_0123456789abcdef"'],
  ["static/chunks/a.js", "process.env.SUPABASE_SECRET_KEY"],
  ["static/chunks/a.css", `/* ${KNOWN_SECRET} */`],
  ["server/app/sign-in.html", `<p>${KNOWN_SECRET}</p>`],
  ["server/app/sign-in.rsc", KNOWN_SECRET],
  ["server/app/icon.svg.body", KNOWN_SECRET],
  ["static/chunks/a.js.map", "{}"],
  ["static/chunks/a.js", "run();\n//# sourceMappingURL=a.js.map"],
  ["static/chunks/a.js", claims("")],
  ["static/chunks/a.js", claims("1")],
  ["static/chunks/a.js", claims("12")],
])("a leak planted in %s is found: %s", (name, text) => {
  expect(leaks(build({ "static/chunks/clean.js": "run()", [name]: text })).length).toBeGreaterThan(0);
});

it("the publishable key and the sentences about keys are no leak, nor is what stays on the server", () => {
  const files = {
    "static/chunks/a.js":
      'a("sb_publishable_0123456789abcdef","is missing; it is the secret key (sb_secret_…)")',
    "server/chunks/a.js": "process.env.SUPABASE_SECRET_KEY",
  };
  expect(leaks(build(files))).toEqual([]);
});

it("a secret fixed at build is found in the server's files, too", () => {
  expect(fixedSecrets(build({ "server/chunks/a.js": `"${KNOWN_SECRET}"`, "server/b.js": "" }))).toEqual([
    "server/chunks/a.js",
  ]);
});
