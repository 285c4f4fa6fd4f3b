/** Every line of the README's table of differences has its case: a test with that title, in that file. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(resolve(root, "supabase/local/README.md"), "utf8");

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a Markdown text, cell by cell. */
function readTables(markdown: string): Table[] {
  const blocks = markdown.split("\n").reduce<string[][]>(
    (found, line) => {
      if (line.startsWith("|")) found.at(-1)?.push(line);
      else if (found.at(-1)?.length) found.push([]);
      return found;
    },
    [[]],
  );
  return blocks.flatMap((lines) => {
    const [columns, , ...rows] = lines.map(cellsOf);
    return columns ? [{ columns, rows }] : [];
  });
}

/** A bar in a cell is written `\\|`. */
const cellsOf = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** `file.test.ts › title`, as the README names tests. */
function readCases(cell: string): { file: string; title: string }[] {
  return [...cell.matchAll(/`([^`›]+?) › ([^`]+)`/g)].map(([, file = "", title = ""]) => ({ file, title }));
}

function pathOf(file: string): string {
  if (file.startsWith("e2e/")) return resolve(root, file);
  return resolve(root, file.startsWith("local/") ? "supabase" : "supabase/tests", file);
}

/** Whether the source of a test file holds the title as a whole string. */
function hasTitle(path: string, title: string): boolean {
  if (!existsSync(path)) return false;
  const source = readFileSync(path, "utf8").replaceAll(/\\(["'`])/g, "$1");
  return ['"', "'", "`"].some((quote) => source.includes(`${quote}${title}${quote}`));
}

function flawsOf(markdown: string): string[] {
  const tables = readTables(markdown).filter(({ columns }) => columns.includes("contract test"));
  return tables.flatMap(({ columns, rows }) =>
    rows.flatMap((row) => {
      const line = row.join(" | ");
      const cases = readCases(row[columns.indexOf("contract test")] ?? "");
      if (cases.length === 0) return [`no case: ${line}`];
      return cases
        .filter(({ file, title }) => !hasTitle(pathOf(file), title))
        .map(({ file, title }) => `not there: ${file} › ${title}`);
    }),
  );
}

describe("the table of differences", () => {
  it("DI1 names a test for each line, and each is there by its title", () => {
    expect(flawsOf(readme)).toEqual([]);
  });

  it("DI2 has lines for every service", () => {
    const [table] = readTables(readme).filter(({ columns }) => columns.includes("contract test"));
    const named = new Set(table?.rows.map(([service]) => service));
    const services = readTables(readme)
      .find(({ columns }) => columns.includes("real engine"))
      ?.rows.map(([service]) => service);
    expect(services?.length).toBeGreaterThan(6);
    expect(services?.filter((service) => !named.has(service ?? ""))).toEqual([]);
  });

  it("DI3 names files that are there for each service", () => {
    const table = readTables(readme).find(({ columns }) => columns.includes("tested by"));
    const files = table?.rows.flatMap((row) => [...(row.at(-1) ?? "").matchAll(/`([^`]+)`/g)]) ?? [];
    expect(files.length).toBeGreaterThan(6);
    expect(
      files.filter(([, file = ""]) => globSync(pathOf(file)).length === 0).map(([, file]) => file),
    ).toEqual([]);
  });

  it("DI4 a line without a test, and a test that is not there, are noticed", () => {
    const head = "| service | difference | contract test |\n| --- | --- | --- |\n";
    expect(flawsOf(`${head}| A | b | |`)).toEqual(["no case: A | b | "]);
    expect(flawsOf(`${head}| A | b | \`rest.test.ts › RE0 nothing\` |`)).toEqual([
      "not there: rest.test.ts › RE0 nothing",
    ]);
    expect(flawsOf(`${head}| A | b | \`differences.test.ts › DI2 has lines for every service\` |`)).toEqual(
      [],
    );
  });
});
