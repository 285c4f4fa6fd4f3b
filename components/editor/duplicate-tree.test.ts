import { describe, expect, it } from "vitest";
import type { BlockNode, TextRun } from "../../lib/core/block-tree.ts";
import { newBlockId } from "../../lib/core/ids.ts";
import { mentionOf, mentionRun } from "../../lib/core/mention.ts";
import { duplicateTree } from "./duplicate-tree.ts";
import type { NewDocument } from "./make-document.ts";

const workspace = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const [here, there] = [newBlockId(), newBlockId()];
const pathTo = (id: string) => `/w/${workspace}/d/${id}`;
const linked = (text: string, href: string): TextRun => ({ text, marks: { bold: true, link: { href } } });
const block = (id: string, text: TextRun[], children: BlockNode[] = []): BlockNode => ({
  id,
  type: "paragraph",
  attrs: { color: "red" },
  text,
  children,
});
const mention = (n: number) => mentionRun({ kind: "document", id: uuid(n), workspace, label: "x" });

// 1 { 2 } beside 9, which is not copied
const node = { id: uuid(1), title: "Plan", children: [{ id: uuid(2), title: "Part", children: [] }] };
const texts = new Map([
  [
    uuid(1),
    {
      title: "Plan",
      blocks: [
        block(
          here,
          [linked("in", `#${here}`), linked("part", `${pathTo(uuid(2))}#${there}`), mention(2), mention(9)],
          [block(newBlockId(), [linked("out", pathTo(uuid(9))), linked("web", "https://a.b/#c")])],
        ),
      ],
    },
  ],
  [uuid(2), { title: "Part", blocks: [block(there, [linked("up", `https://x.y${pathTo(uuid(1))}`)])] }],
]);

async function duplicated({ gone = "", stop = "" } = {}) {
  const made: NewDocument[] = [];
  const controller = new AbortController();
  const read = async (id: string) =>
    texts.get(id === gone ? "" : id) ?? Promise.reject(new Error("It is gone."));
  const make = async (whole: NewDocument) => {
    made.push(whole);
    if (whole.title.startsWith(stop) && stop) controller.abort();
    return whole.title === "Part" ? ["A picture was not taken."] : [];
  };
  const wishes = { onProgress: () => undefined, signal: controller.signal };
  const place = { parentId: uuid(7), afterId: uuid(1) };
  const report = await duplicateTree(node, place, { read, make }, wishes);
  return { made, report };
}

describe("a document that is duplicated", () => {
  it("is another, with all inside it, behind the first, and leads to what is its own", async () => {
    const { made, report } = await duplicated();
    const [plan, part] = made;
    expect(made.map(({ title, parentId, afterId }) => [title, parentId, afterId])).toEqual([
      ["Plan (copy)", uuid(7), uuid(1)],
      ["Part", plan?.id, null],
    ]);
    expect(report).toEqual({ made: 2, firstId: plan?.id, problems: ["A picture was not taken."] });
    const [top] = plan?.blocks ?? [];
    const [below] = part?.blocks ?? [];
    expect([uuid(1), uuid(2)]).not.toContain(plan?.id);
    expect([here, there]).not.toContain(top?.id);
    expect(top?.attrs).toEqual({ color: "red" });
    const ways = (one: BlockNode | undefined) =>
      one?.text.map((run) => mentionOf(run)?.id ?? (run.marks.link as { href: string }).href);
    expect(ways(top)).toEqual([`#${top?.id}`, `${pathTo(part?.id ?? "")}#${below?.id}`, part?.id, uuid(9)]);
    expect(ways(top?.children[0])).toEqual([pathTo(uuid(9)), "https://a.b/#c"]);
    expect(ways(below)).toEqual([`https://x.y${pathTo(plan?.id ?? "")}`]);
  });

  it("says what is missing, and is not there where nothing could be read", async () => {
    const { made, report } = await duplicated({ gone: uuid(2) });
    expect([made.length, report.problems]).toEqual([1, ["“Part” is missing. It is gone."]]);
    await expect(duplicated({ gone: uuid(1) })).rejects.toThrow("It is gone.");
  });

  it("is given up between two documents", async () => {
    const { made, report } = await duplicated({ stop: "Plan" });
    expect([made.length, report.made]).toEqual([1, 1]);
  });

  it("is given up while it waits for a text", async () => {
    const controller = new AbortController();
    const door = {
      async read() {
        controller.abort();
        throw new Error("It was stopped.");
      },
      make: async () => [],
    };
    const wishes = { onProgress: () => undefined, signal: controller.signal };
    const place = { parentId: null, afterId: uuid(1) };
    expect(await duplicateTree(node, place, door, wishes)).toMatchObject({ made: 0, problems: [] });
  });

  it("is said to be a copy, however long its title is", async () => {
    const long = { title: `${"t".repeat(492)}😀 and more`, blocks: [] };
    const titles: string[] = [];
    const door = {
      read: async () => long,
      async make({ title }: NewDocument) {
        titles.push(title);
        return [];
      },
    };
    const wishes = { onProgress: () => undefined, signal: new AbortController().signal };
    await duplicateTree({ ...node, children: [] }, { parentId: null, afterId: uuid(1) }, door, wishes);
    expect(titles).toEqual([`${"t".repeat(492)} (copy)`]);
  });
});
