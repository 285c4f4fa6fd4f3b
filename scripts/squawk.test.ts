/** squawk finds nothing in the migrations but what is explained here; a new migration has no exceptions. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const migrations = join(root, "supabase/migrations");
const program = join(root, "node_modules/squawk-cli/js/bin/squawk");

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

/** Exits with 1 when it finds something; the findings are on stdout all the same. */
async function squawk(files: readonly string[]): Promise<Finding[]> {
  const args = [program, "--config", join(root, ".squawk.toml"), "--reporter", "json", ...files];
  const run = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 10_000_000 });
  const { stdout } = await run.catch((error: { stdout?: string }) => {
    if (!error.stdout?.startsWith("[")) throw error;
    return { stdout: error.stdout };
  });
  const found: { file: string; line: number; rule_name: string }[] = JSON.parse(stdout);
  // It counts lines from 0.
  return found.map(({ file, line, rule_name: rule }) => ({ file: basename(file), line: line + 1, rule }));
}

const firstRelease =
  "Applied migrations are never edited. These only make tables of their own, on a project that nobody uses yet, so " +
  "nobody waits for their locks.";
const policiesOnFiles =
  "Applied migrations are never edited. It makes three policies on storage.objects and one function, which takes " +
  "milliseconds; on a busy project push it with PGOPTIONS='-c lock_timeout=5s'.";
const searchOfTheWritten =
  "Applied before the first release. What is written already must be found at once, so the table is rewritten and " +
  "indexed here; its only writer, process-block, waits and tries again.";
const inOneTransaction =
  "The CLI applies a file in one transaction, where nothing is concurrent. On a large project operators run " +
  "supabase/operators/phase4-indexes.sql first, after which these statements find nothing to do.";
const quickIndex =
  "It takes 0.3 s for 100,000 blocks, and their only writer, process-block, waits and tries again. With millions of " +
  "them the line is run with `concurrently` first, after which it finds nothing to do.";
const boundedNumber = (what: string) => `${what}; a check or the code keeps it far below the type's end.`;

/** What is known and stays, and why: `version rule [line]`. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "20261122000100 require-lock-timeout 10": firstRelease,
  "20261122000100 require-statement-timeout 10": firstRelease,
  "20261122000100 prefer-bigint-over-smallint 31": boundedNumber("A colour is 1 to 12"),
  "20261122000110 require-lock-timeout 4": firstRelease,
  "20261122000110 require-statement-timeout 4": firstRelease,
  "20261122000120 require-lock-timeout 6": firstRelease,
  "20261122000120 require-statement-timeout 6": firstRelease,
  "20261122000200 require-lock-timeout 6": firstRelease,
  "20261122000200 require-statement-timeout 6": firstRelease,
  "20261122000200 prefer-bigint-over-int 12": boundedNumber(
    "A version of the document's schema grows by releases",
  ),
  "20261122000210 require-lock-timeout 18": firstRelease,
  "20261122000210 require-statement-timeout 18": firstRelease,
  "20261122000210 prefer-bigint-over-int 26": boundedNumber("A job is given up after six attempts"),
  "20261122000300 require-lock-timeout 29": policiesOnFiles,
  "20261122000300 require-statement-timeout 29": policiesOnFiles,
  "20261126001100 adding-field-with-default 13": searchOfTheWritten,
  "20261126001100 require-concurrent-index-creation 19": searchOfTheWritten,
  "20261126001100 require-concurrent-index-creation 21": searchOfTheWritten,
  "20261126001110 adding-field-with-default 42": searchOfTheWritten,
  "20261126001110 require-concurrent-index-creation 43": searchOfTheWritten,
  "20261126002000 require-concurrent-index-creation 31": inOneTransaction,
  "20261126002000 require-concurrent-index-creation 33": inOneTransaction,
  "20261126002000 require-concurrent-index-creation 35": inOneTransaction,
  "20261126002000 require-concurrent-index-creation 37": inOneTransaction,
  "20261126002000 require-concurrent-index-deletion 40": inOneTransaction,
  "20261126002000 require-concurrent-index-deletion 41": inOneTransaction,
  "20261126002000 require-concurrent-index-deletion 42": inOneTransaction,
  "20261126002000 require-concurrent-index-deletion 43": inOneTransaction,
  "20261127008000 require-concurrent-index-creation 108": quickIndex,
};

describe("squawk", () => {
  it("finds nothing in the migrations but what is explained", async () => {
    const files = (await readdir(migrations)).filter((file) => file.endsWith(".sql"));
    const found = await squawk(files.map((file) => join(migrations, file)));
    const named = found.map(({ file, line, rule }) => `${file.split("_")[0]} ${rule} ${line}`);
    expect(named.sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  it.each([
    ["alter table public.documents add column planted bigint;", "require-lock-timeout"],
    ["alter table public.documents add column planted bigint not null;", "adding-required-field"],
    ["create index planted on public.documents (title);", "require-concurrent-index-creation"],
    ['alter table public.documents alter column title type text collate "C";', "changing-column-type"],
    [
      "alter table public.documents add constraint planted check (title <> '');",
      "constraint-missing-not-valid",
    ],
    [
      "alter table public.documents add constraint planted foreign key (trashed_root) references public.documents (id);",
      "adding-foreign-key-constraint",
    ],
    ["alter table public.documents alter column trashed_at set not null;", "adding-not-nullable-field"],
    ["alter table public.documents rename column title to name;", "renaming-column"],
    ["alter table public.documents drop column title;", "ban-drop-column"],
    ["drop table public.blocks;", "ban-drop-table"],
  ])("would find %s", async (statement, rule) => {
    const folder = await mkdtemp(join(tmpdir(), "squawk-"));
    const file = join(folder, "20991231000000_planted.sql");
    await writeFile(file, `${statement}\n`);
    const found = await squawk([file]);
    await rm(folder, { recursive: true });
    expect(found.map((finding) => finding.rule)).toContain(rule);
  });

  it("finds nothing in a migration that says how long it may wait", async () => {
    const folder = await mkdtemp(join(tmpdir(), "squawk-"));
    const file = join(folder, "20991231000000_good.sql");
    const statements = "alter table public.documents add column planted bigint;";
    await writeFile(
      file,
      `set local lock_timeout = '5s';\nset local statement_timeout = '1min';\n${statements}\n`,
    );
    expect(await squawk([file])).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
