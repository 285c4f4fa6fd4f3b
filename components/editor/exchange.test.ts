// @vitest-environment jsdom
/** Documents out as a zip and in again: the same tree, texts, pictures and links. And archives that mean no good. */
import { Blob as WholeBlob, File as WholeFile } from "node:buffer";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { attachmentKey } from "../../lib/core/attachment.ts";
import type { BlockNode, Json } from "../../lib/core/block-tree.ts";
import { mentionHref, mentionOf, mentionRun } from "../../lib/core/mention.ts";
import { type Archive, openFiles, openZip } from "../../lib/exchange/archive.ts";
import { partsOfPath, relativePath, resolvePath } from "../../lib/exchange/archive-paths.ts";
import type { ExportNode } from "../../lib/exchange/plan-export.ts";
import { type ExportDoor, exportNodes } from "./export-tree.ts";
import { importArchive, type TreeReport } from "./import-tree.ts";
import type { NewDocument } from "./make-document.ts";

// those of the simulated page cannot be read
Object.assign(globalThis, { Blob: WholeBlob, File: WholeFile });

const WORKSPACE = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const wishes = { onProgress: () => undefined, signal: new AbortController().signal };
const uuid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

const block = (
  type: string,
  text: string,
  attrs: Record<string, Json> = {},
  children: BlockNode[] = [],
): BlockNode => ({
  type,
  attrs,
  text: text === "" ? [] : [{ text, marks: {} }],
  children,
});
const linked = (text: string, href: string): BlockNode => ({
  ...block("paragraph", ""),
  text: [
    { text: "see ", marks: {} },
    { text, marks: { link: { href } } },
  ],
});

type Kept = { title: string; blocks: unknown; children: Kept[] };

/** Documents as one sees them: without ids, with the bytes of what they show, with titles for what they lead to. */
function kept(
  blocks: readonly BlockNode[],
  bytes: (key: string) => string,
  titles: Map<string, string>,
): unknown {
  return blocks.map(({ type, attrs, text, children }) => {
    const { attachment, name, alt, ...others } = attrs;
    const shown =
      typeof attachment === "string" ? { name, alt: alt ?? "", bytes: bytes(attachment) } : others;
    const runs = text.map((run) => {
      const mention = mentionOf(run);
      const { href } = mention
        ? { href: mentionHref(mention) }
        : ((run.marks.link ?? {}) as { href?: string });
      const id = /\/d\/([\da-f-]{36})/.exec(href ?? "")?.[1];
      return id ? { text: run.text, leadsTo: titles.get(id) ?? id } : run;
    });
    return { type, shown, runs, children: kept(children, bytes, titles) };
  });
}

async function take(archive: Archive): Promise<{ tree: Kept[]; report: TreeReport }> {
  if (!archive.ok) throw new Error(archive.reason);
  const made: NewDocument[] = [];
  const report = await importArchive(
    archive,
    WORKSPACE,
    async (whole) => {
      made.push(whole);
      return [];
    },
    wishes,
  );
  expect(report.firstId).toBe(made[0]?.id ?? null);
  const titles = new Map(made.map(({ id, title }) => [id, title]));
  const contents = new Map<string, string>();
  for (const { files } of made) for (const [key, file] of files ?? []) contents.set(key, await file.text());
  const treeOf = (parent: string | null): Kept[] => {
    const siblings = made.filter(({ parentId }) => (parentId ?? null) === parent);
    expect(siblings.map(({ afterId }) => afterId)).toEqual(
      [null, ...siblings.map(({ id }) => id)].slice(0, -1),
    );
    return siblings.map(({ id, title, blocks }) => ({
      title,
      blocks: kept(blocks, (key) => contents.get(key) ?? "not there", titles),
      children: treeOf(id),
    }));
  };
  return { tree: treeOf(null), report };
}

type Given = { id: string; title: string; blocks: BlockNode[]; children: Given[] };

async function roundTrip(given: Given[]) {
  const all = new Map<string, Given>();
  const walk = (siblings: Given[]) => {
    for (const one of siblings) {
      all.set(one.id, one);
      walk(one.children);
    }
  };
  walk(given);
  const nodes = given as ExportNode[];
  const door: ExportDoor = {
    read: async (id) => all.get(id) ?? Promise.reject(new Error("gone")),
    fetch: async (key) => new Blob([`bytes of ${key}`]),
  };
  const { zip, problems } = await exportNodes(nodes, door, wishes);
  const titles = new Map([...all].map(([id, { title }]) => [id, title]));
  const expected = (siblings: Given[]): Kept[] =>
    siblings.map(({ title, blocks, children }) => ({
      title,
      blocks: kept(blocks, (key) => `bytes of ${key}`, titles),
      children: expected(children),
    }));
  const archive = await openZip(zip ?? new Uint8Array());
  return { ...(await take(archive)), problems, expected: expected(given), archive };
}

const key = attachmentKey(uuid(900), uuid(901));
const other = attachmentKey(uuid(900), uuid(902));

describe("documents as a zip", () => {
  it("come back with their tree, their order, pictures, files and links", async () => {
    const given: Given[] = [
      {
        ...{ id: uuid(1), title: "Zebra: notes / 2026?" },
        blocks: [
          block("heading2", "Pictures"),
          block("image", "At the *shore*", { attachment: key, name: "sea (1).png", alt: "Waves" }),
          block("image", "", { attachment: other, name: "sea (1).png" }),
          block("file", "the plan", { attachment: key, name: "plan.pdf" }),
          linked("inside", `/w/${WORKSPACE}/d/${uuid(3)}#${"a".repeat(32)}`),
          linked("outside", "https://example.org/a?b=c"),
          {
            ...block("paragraph", ""),
            text: [mentionRun({ kind: "document", id: uuid(2), workspace: WORKSPACE, label: "b" })],
          },
          block("bullet", "item", {}, [block("image", "", { attachment: key, name: "sea (1).png" })]),
        ],
        children: [
          { id: uuid(2), title: "b", blocks: [linked("up", `/w/${WORKSPACE}/d/${uuid(1)}`)], children: [] },
          {
            id: uuid(3),
            title: "a",
            blocks: [],
            children: [
              { id: uuid(4), title: "files", blocks: [block("task", "x", { checked: true })], children: [] },
            ],
          },
        ],
      },
      { id: uuid(5), title: "Apple", blocks: [block("paragraph", "one")], children: [] },
      { id: uuid(6), title: "apple", blocks: [block("paragraph", "two")], children: [] },
      { id: uuid(7), title: "", blocks: [block("paragraph", "without a title")], children: [] },
    ];
    const { tree, expected, report, problems, archive } = await roundTrip(given);
    expect(tree).toEqual(expected);
    expect([...problems, ...report.problems]).toEqual([]);
    expect(archive.ok && archive.files.map(({ parts }) => parts.join("/")).toSorted()).toEqual(
      [
        ...[
          "Apple.md",
          "Untitled.md",
          "Zebra notes 2026.md",
          "Zebra notes 2026/a.md",
          "Zebra notes 2026/a/files 2.md",
        ],
        ...[
          "Zebra notes 2026/b.md",
          "_order.txt",
          "apple 2.md",
          "files/plan.pdf",
          "files/sea (1) 2.png",
          "files/sea (1).png",
        ],
      ].toSorted(),
    );
  });

  it("whatever their titles and their tree", async () => {
    const title = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 10 }),
      fc.constantFrom(
        "..",
        "a/b",
        "CON",
        "files",
        "Files",
        "_order",
        ".hidden",
        " a ",
        "é",
        "e\u0301",
        "x".repeat(120),
        "\u202egpj",
      ),
    );
    const clean = (text: string) =>
      text
        .replace(/[\p{Cc}\u2028\u2029\s]+/gu, " ")
        .trim()
        .toWellFormed()
        .replaceAll("\\", "");
    const { given } = fc.letrec<{ given: Given[] }>((tie) => ({
      given: fc.array(
        fc.record({
          id: fc.uuid(),
          title: title.map(clean).filter((text) => text !== ""),
          blocks: fc.constant([block("paragraph", "words")]),
          children: fc.oneof({ depthSize: "small" }, fc.constant<Given[]>([]), tie("given")),
        }),
        { maxLength: 4 },
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        given.filter((list) => list.length > 0),
        async (list) => {
          const { tree, expected } = await roundTrip(list);
          expect(tree).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

const text = (words: string) => new TextEncoder().encode(words);

/** Changes what the archive says of the sizes of its files. */
function sayLarger(zip: Uint8Array, bytes: number): void {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  for (let at = 0; at + 28 < zip.length; at++)
    if (view.getUint32(at) === 0x504b0102) view.setUint32(at + 24, bytes, true);
}

describe("an archive of other programs", () => {
  it("gives documents by its folders; what is shown comes along, what is not is named", async () => {
    const zip = zipSync({
      "Notes/Home 1a2b.md": text("# Home\n\nHello ![Logo](img/logo%20one.png) and [the plan](../Plan.md).\n"),
      "Notes/img/logo one.png": text("PNG"),
      "Notes/img/unused.png": text("PNG"),
      "Notes/page.html": text(
        "<title>Page</title><p>A <a href='Home 1a2b.md'>link</a></p><img src='img/logo one.png' alt='Logo'>",
      ),
      "Plan.md": new Uint8Array([0xff, 0xfe, ...[..."# Plan\n"].flatMap((sign) => [sign.charCodeAt(0), 0])]),
      "deep/er/only.md": text("no heading, but **[a list](list.csv)** and [the same](list.csv)"),
      "deep/er/list.csv": text("a,b"),
      "data.csv": text("a,b"),
      "__MACOSX/._Plan.md": text("junk"),
      "broken.md": new Uint8Array([0x23, 0xff, 0xfe, 0xfd]),
    });
    const { tree, report } = await take(await openZip(zip));
    const shape = (list: Kept[]): unknown => list.map(({ title, children }) => [title, shape(children)]);
    expect(shape(tree)).toEqual([
      ["deep", [["er", [["only", []]]]]],
      [
        "Notes",
        [
          ["Home", []],
          ["Page", []],
        ],
      ],
      ["Plan", []],
      ["data", []],
    ]);
    const home = JSON.stringify(tree);
    expect(home).toContain('"leadsTo":"Plan"');
    expect(home).toContain('"leadsTo":"Home"');
    expect(home.match(/"bytes":"PNG"/g)).toHaveLength(2);
    // a file that is linked among words stands behind them
    const only = JSON.stringify(tree[0]?.children[0]?.children[0]);
    expect(only.match(/no heading, but |a list| and the same/g)).toHaveLength(3);
    expect(only.match(/"bytes":"a,b"/g)).toHaveLength(1);
    expect(report).toMatchObject({ made: 8 });
    expect(report.problems).toEqual([
      "“broken.md” was left out. This file is not text in UTF-8: save it as UTF-8 and try again.",
      "“Notes/img/unused.png” was left out: no document shows it.",
    ]);
  });

  it("cannot lead out of itself, nor be larger than it says", async () => {
    const archive = await openZip(
      zipSync({
        "../up.md": text("a"),
        "/etc/passwd.md": text("b"),
        "C:\\x.md": text("c"),
        "ok.md": text("d"),
        "a/../../b.md": text("e"),
      }),
    );
    expect(archive.ok && archive.files.map(({ parts }) => parts.join("/"))).toEqual(["ok.md"]);
    expect(archive.ok && archive.problems).toHaveLength(4);
    expect(await openZip(text("no zip at all"))).toEqual({
      ok: false,
      reason: "This file is no zip archive, or it is damaged.",
    });
    const bomb = zipSync(
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}.md`, text("a")])),
    );
    sayLarger(bomb, 50_000_000);
    expect(await openZip(bomb)).toMatchObject({ ok: false, reason: expect.stringContaining("500 MB") });
    const many = zipSync(
      Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`${index}.md`, new Uint8Array(0)])),
    );
    expect(await openZip(many)).toMatchObject({ ok: false, reason: expect.stringContaining("5,000 files") });
    expect(openFiles(Array.from({ length: 5_001 }, () => new File([], "a.md")))).toMatchObject({ ok: false });
  });

  it("that lies about a size gives no more than it said", async () => {
    const zip = zipSync({ "a.md": new Uint8Array(10_000_000).fill(97) });
    sayLarger(zip, 100);
    const archive = await openZip(zip);
    const read = archive.ok ? await archive.files[0]?.read().catch(() => new Uint8Array()) : undefined;
    expect(read?.length).toBeLessThanOrEqual(100);
  });

  it("may be in parts, each as large as an archive, that have a file of the same name", async () => {
    const zip = zipSync({
      "Part-1.zip": zipSync({ "a.md": text("one") }),
      "Part-2.zip": zipSync({ "a.md": text("two"), "b.md": text("b") }),
      "__MACOSX/._Part-1.zip": text("?"),
    });
    sayLarger(zip, 60_000_000);
    const { tree, report } = await take(await openZip(zip));
    expect(tree.map(({ title }) => title)).toEqual(["a", "b"]);
    expect(report.problems).toEqual([
      "“a.md” of “Part-2.zip” was left out: another archive has a file of that name, too.",
    ]);
  });
});

describe("paths", () => {
  it.each([
    ["a/b.md", ["a", "b.md"]],
    ["a\\b.md", ["a", "b.md"]],
    ["./a//b.md", ["a", "b.md"]],
    ["..", null],
    ["a/../b", null],
    ["/a", null],
    ["c:/a", null],
    ["a\u0000b", null],
    ["", null],
    ["a/".repeat(50), null],
  ])("%j has the names %j", (path, parts) => expect(partsOfPath(path)).toEqual(parts));

  it.each([
    [["a", "b.md"], "c.md", "a/c.md"],
    [["a", "b.md"], "../c%20d.md#x", "c d.md"],
    [["a", "b.md"], "../../c.md", null],
    [["a.md"], "https://b.c/d.md", null],
    [["a.md"], "//b/c.md", null],
    [["a.md"], "javascript:x", null],
    [["a.md"], "100%.md", "100%.md"],
  ])("from %j %j leads to %j", (from, href, to) =>
    expect(resolvePath(from, href)?.parts.join("/") ?? null).toBe(to),
  );

  it("are the same after they were written", () => {
    const parts = fc.array(
      fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 6 })
        .map((part) => part.normalize("NFC").replace(/[/\\]/g, "").toWellFormed())
        .filter((part) => part !== "" && part !== "." && part !== ".."),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, parts, (from, to) => {
        expect(resolvePath(from, relativePath(from, to))?.parts).toEqual(to);
      }),
    );
  });
});
