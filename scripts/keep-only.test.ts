import { describe, expect, it } from "vitest";
import { keepOnly } from "./keep-only.ts";

const source = `import { a, b } from "elsewhere";
const first = 1, second = a(first);
function wanted() { return inner() + second; }
function inner() { return 2; }
const table = { x: b() };
for (let key in table) table[key] = wanted();
class Other {}
export { Other, table, wanted };`;

describe("a module cut down", () => {
  it("keeps what is wanted with all that it uses, and its imports", () => {
    expect(keepOnly(source, ["wanted"])).toBe(
      [
        'import { a, b } from "elsewhere";',
        "const first = 1, second = a(first);",
        "function wanted() { return inner() + second; }",
        "function inner() { return 2; }",
        "export { wanted };",
      ].join("\n"),
    );
  });

  it("refuses what the module does not declare", () => {
    expect(() => keepOnly(source, ["Other", "a"])).toThrow("The module declares no a.");
  });
});
