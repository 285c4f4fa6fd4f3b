/**
 * Every rule has a test and every test of a rule has the rule: ids such as "SK3" stand in lib/core/SPEC.md
 * and lib/collab/SPEC.md, and a test's title starts with the id of the rule it proves.
 */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ruleId = /^[A-Z]{1,4}\d{1,3}(?=\W)/;

/** Ids at the start of a heading, a list item, a table's row or a line of SPEC.md. */
function idsOfSpec(markdown: string): string[] {
  const lines = markdown.split("\n").map((line) => line.replace(/^[\s#|*\-`]+/, "").concat(" "));
  return lines.flatMap((line) => ruleId.exec(line)?.[0] ?? []);
}

function idsOfTests(source: string): string[] {
  const titles = source.matchAll(/\b(?:it|test|describe)\b(?:\.\w+)*(?:\([^()]*\))?\(\s*["'`]([^"'`]+)/g);
  return [...titles].flatMap((title) => ruleId.exec(`${title[1]} `)?.[0] ?? []);
}

describe("rules", () => {
  const specs = globSync("lib/{core,collab}/SPEC.md").flatMap((path) =>
    idsOfSpec(readFileSync(path, "utf8")),
  );
  const titles = globSync("lib/**/*.test.{ts,tsx}").flatMap((path) => idsOfTests(readFileSync(path, "utf8")));

  it("every rule of a SPEC.md has a test whose title starts with it", () => {
    expect(specs.filter((id) => !titles.includes(id))).toEqual([]);
    expect(new Set(specs).size).toBe(specs.length);
  });

  it("every test that names a rule finds it in a SPEC.md", () => {
    expect(titles.filter((id) => !specs.includes(id))).toEqual([]);
  });

  it("a rule without a test and a test without a rule are noticed", () => {
    expect(idsOfSpec("# Rules\n- **SK3** a key\n| BM12 | moves |\n### `G1` owns\nSee SK4.")).toEqual([
      "SK3",
      "BM12",
      "G1",
    ]);
    expect(
      idsOfTests('it("SK3 a key", f); it.each([1])("BM12 x", f); test.skipIf(no)(`G1 y`, f); it("plain")'),
    ).toEqual(["SK3", "BM12", "G1"]);
  });
});
