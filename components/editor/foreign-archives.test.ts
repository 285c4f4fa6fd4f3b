// @vitest-environment jsdom
/** Archives as Notion and Obsidian give them: what people bring along when they come from there. */
import { Blob as WholeBlob, File as WholeFile } from "node:buffer";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { BlockNode, TextRun } from "../../lib/core/block-tree.ts";
import { openZip } from "../../lib/exchange/archive.ts";
import { importArchive } from "./import-tree.ts";
import type { NewDocument } from "./make-document.ts";

// those of the simulated page cannot be read
Object.assign(globalThis, { Blob: WholeBlob, File: WholeFile });

const bytes = (words: string) => new TextEncoder().encode(words);
const wishes = { onProgress: () => undefined, signal: new AbortController().signal };

/** Documents by their way from the top, each with its blocks a line; links by the title that they lead to. */
async function imported(files: Record<string, Uint8Array>) {
  const archive = await openZip(zipSync(files));
  if (!archive.ok) throw new Error(archive.reason);
  const made: NewDocument[] = [];
  const report = await importArchive(
    archive,
    crypto.randomUUID(),
    async (whole) => {
      made.push(whole);
      return [];
    },
    wishes,
  );
  const titles = new Map(made.map(({ id, title }) => [id, title]));
  const wayTo = (one: NewDocument): string => {
    const above = made.find(({ id }) => id === one.parentId);
    return above ? `${wayTo(above)} / ${one.title}` : one.title;
  };
  const runOf = ({ text, marks }: TextRun): string => {
    const { href } = (marks.link ?? {}) as { href?: string };
    const id = /\/d\/([\da-f-]{36})/.exec(href ?? "")?.[1];
    const names = Object.keys(marks).filter((name) => name !== "link");
    return `${names.map((name) => `<${name}>`).join("")}${text}${href ? ` → ${titles.get(id ?? "") ?? href}` : ""}`;
  };
  const lineOf = ({ type, attrs, text, children }: BlockNode): string =>
    `${type}: ${typeof attrs.name === "string" ? attrs.name : text.map(runOf).join("|")}${children.map((child) => ` [${lineOf(child)}]`).join("")}`;
  const documents = Object.fromEntries(made.map((one) => [wayTo(one), one.blocks.map(lineOf)]));
  return { documents, problems: report.problems };
}

const ids = ["1", "2", "3"].map((sign) => sign.repeat(32));
const [a, b, c] = ids;

describe("an export of Notion", () => {
  const home = bytes(
    `# Home\n\nStatus: Done\nTags: a, b\n\n[Sub page](Home%20${a}/Sub%20page%20${b}.md)\n\n<aside>\n💡 See [Sub page](Home%20${a}/Sub%20page%20${b}.md).\n\n</aside>\n\n![Untitled](Home%20${a}/Untitled.png)\n`,
  );
  const read = {
    Home: [
      "paragraph: Status: Done\nTags: a, b",
      "paragraph: Sub page → Sub page",
      "callout: See |Sub page → Sub page|.",
      "image: Untitled.png",
    ],
    "Home / Sub page": ["paragraph: Back to |Home → Home"],
    "Home / Sub page / Deep": ["paragraph: words"],
  };

  it("has no ids in its titles, its links and lines as they were", async () => {
    const { documents, problems } = await imported({
      [`Home ${a}.md`]: home,
      [`Home ${a}/Untitled.png`]: bytes("PNG"),
      [`Home ${a}/Sub page ${b}.md`]: bytes(`# Sub page\n\nBack to [Home](../Home%20${a}.md)\n`),
      [`Home ${a}/Sub page ${b}/Deep ${c}.md`]: bytes("words\n"),
    });
    expect(documents).toEqual(read);
    expect(problems).toEqual([]);
  });

  it("is the same with folders without ids, and packed once more", async () => {
    const under = (bare: string) => bare.replaceAll(`Home%20${a}/`, "Home/");
    const part = zipSync({
      [`Home ${a}.md`]: bytes(under(new TextDecoder().decode(home))),
      "Home/Untitled.png": bytes("PNG"),
      [`Home/Sub page ${b}.md`]: bytes(`# Sub page\n\nBack to [Home](../Home%20${a}.md)\n`),
      [`Home/Sub page/Deep ${c}.md`]: bytes("words\n"),
    });
    const { documents, problems } = await imported({
      "ExportBlock-Part-1.zip": part,
      "broken.zip": bytes("?"),
    });
    expect(documents).toEqual(read);
    expect(problems).toEqual(["“broken.zip” was left out. This file is no zip archive, or it is damaged."]);
  });

  it("has each database as a table whose rows lead to their pages", async () => {
    const long = "Write all the release notes of the year with care and love";
    const rows = `Name,Status,Site\n"Buy: milk, now",Done,https://example.com\nTwice,,\nAlone,,\n${long},,\n`;
    const { documents, problems } = await imported({
      [`Home ${a}.md`]: bytes(`# Home\n\n[Tasks](Home%20${a}/Tasks%20${b}.csv)\n`),
      [`Home ${a}/Tasks ${b}.csv`]: bytes("Name\nAlone\n"),
      [`Home ${a}/Tasks ${b}_all.csv`]: bytes(rows),
      [`Home ${a}/Tasks/Buy milk, now ${c}.md`]: bytes("# Buy: milk, now\n\nStatus: Done\n"),
      [`Home ${a}/Tasks/Twice ${a}.md`]: bytes("# Twice\n"),
      [`Home ${a}/Tasks/Twice ${b}.md`]: bytes("# Twice\n"),
      [`Home ${a}/Tasks/${long.slice(0, 48)} ${b}.md`]: bytes(`# ${long}\n`),
    });
    const row = (...cells: string[]) =>
      `[tableRow: ${cells.map((cell) => ` [tableCell: ${cell}]`).join("")}]`;
    expect(documents).toEqual({
      Home: ["paragraph: Tasks → Tasks"],
      "Home / Tasks": [
        [
          "table: ",
          row("Name", "Status", "Site"),
          row("Buy: milk, now → Buy: milk, now", "Done", "https://example.com → https://example.com"),
          row("Twice", "", ""),
          row("Alone", "", ""),
          row(`${long} → ${long}`, "", ""),
        ].join(" "),
      ],
      "Home / Tasks / Buy: milk, now": ["paragraph: Status: Done"],
      "Home / Tasks / Twice": [],
      [`Home / Tasks / ${long}`]: [],
    });
    expect(problems).toEqual([]);
  });

  it("keeps a database that is too large for a table as a file, and its pages", async () => {
    const { documents, problems } = await imported({
      [`Tasks ${b}.csv`]: bytes("Name,a,b\n".repeat(9_000)),
      [`Tasks ${b}/One ${c}.md`]: bytes("# One\n"),
    });
    expect(documents).toEqual({ Tasks: [`file: Tasks ${b}.csv`], "Tasks / One": [] });
    expect(problems).toEqual([
      `“Tasks ${b}.csv” is in its document as a file. This table makes more than 20,000 blocks, the most that one document holds.`,
    ]);
  });
});

describe("tables among other files", () => {
  it("are documents of their own where no text shows them", async () => {
    const { documents, problems } = await imported({
      "Notes/Start.md": bytes("See [the numbers](shown.csv)\n"),
      "Notes/shown.csv": bytes("a,b\n"),
      "Notes/More.tsv": bytes("a\tb\nc\td\n"),
      "Alone.csv": bytes("a,b\n"),
      "else/Deep.csv": bytes("a,b\n"),
    });
    expect(Object.keys(documents)).toEqual(["Notes", "Notes / Start", "Notes / More", "Alone", "Deep"]);
    expect(documents["Notes / More"]).toEqual([expect.stringContaining("[tableCell: a] [tableCell: b]")]);
    expect(documents["Notes / Start"]).toContain("file: shown.csv");
    expect(problems).toEqual([]);
    expect(Object.keys((await imported({ "Alone.csv": bytes("a,b\n") })).documents)).toEqual(["Alone"]);
  });
});

describe("a vault of Obsidian", () => {
  const note = [
    "See [[Other note]], [[deep/Other note#Part|there]], [[Nowhere]] and ==what counts==.",
    "",
    "| a | b |\n| - | - |\n| [[Other note]] | c |",
    "",
    "![[pic one.png|300]]",
    "",
    "> [!tip] Mind\n> ![[Other note]]",
  ].join("\n");

  it("keeps its links by name, its pictures and highlights", async () => {
    const { documents, problems } = await imported({
      "Start.md": bytes(note),
      "deep/Other note.md": bytes("words ==a== b"),
      "files/pic one.png": bytes("PNG"),
    });
    expect(documents).toMatchObject({
      Start: [
        "paragraph: See |Other note → Other note|, |there → Other note|, [[Nowhere]] and |<highlight>what counts|.",
        expect.stringContaining("[tableCell: Other note → Other note]"),
        "image: pic one.png",
        "callout: Mind [paragraph: Other note → Other note]",
      ],
      "deep / Other note": ["paragraph: words |<highlight>a| b"],
    });
    expect(problems).toEqual([]);
  });

  it("is not seen in what we exported: there it is text", async () => {
    const { documents } = await imported({
      "_order.txt": bytes("A.md\n"),
      "A.md": bytes("# A\n\n[[B]] ==c==\n"),
      "B.md": bytes("# B\n"),
    });
    expect(documents.A).toEqual(["paragraph: [[B]] ==c=="]);
  });
});
