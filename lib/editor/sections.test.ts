import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { changedRange } from "./changed-range.ts";
import { inPlaces, settlePlaces } from "./place-marks.ts";
import { schema } from "./schema.ts";

const sections = { from: 100, every: 7 };

/** Ids that follow from the number, some of which begin a section. */
const block = (i: number, type: string, depth = 0): ProseMirrorNode =>
  schema.node("block", { id: ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(32, "0"), type, depth }, [
    schema.text(`block ${i}`),
  ]);
const ofTypes = (count: number, typeOf: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => block(i, typeOf(i)));
const sectionOf = (node: ProseMirrorNode): unknown => node.marks[0]?.attrs.of;

describe("sections", () => {
  it("hold a long document in runs of some blocks, and a short one not at all", () => {
    const nodes = inPlaces(
      ofTypes(500, () => "paragraph"),
      sections,
    );
    const names = nodes.map(sectionOf);
    const starts = names.filter((name, i) => name !== names[i - 1]);
    expect(starts.length).toBeGreaterThan(20);
    expect(new Set(starts).size).toBe(starts.length);
    expect(inPlaces(nodes.slice(0, 60), sections).map(sectionOf)).toContain("");
    expect(new Set(inPlaces(nodes.slice(0, 49), sections).map(sectionOf))).toEqual(new Set([undefined]));
  });

  it("are cut where neither a list's numbers nor the space between blocks would show it", () => {
    const types = ["number", "number", "heading1", "paragraph", "quote", "paragraph", "bullet", "code"];
    const nodes = inPlaces(
      ofTypes(2_000, (i) => types[i % types.length] ?? ""),
      sections,
    );
    const cuts = nodes.flatMap((node, i) => {
      const above = nodes[i - 1];
      return above && sectionOf(above) !== sectionOf(node) ? [`${above.attrs.type} ${node.attrs.type}`] : [];
    });
    expect(new Set(cuts)).toEqual(new Set(["number heading1"]));
  });

  it("stay what they were but around an edit", () => {
    const before = inPlaces(
      ofTypes(500, () => "paragraph"),
      sections,
    );
    const first = before.findIndex(
      (node, i) => i > 200 && sectionOf(node) !== sectionOf(before[i - 1] ?? node),
    );
    const after = inPlaces(before.toSpliced(first, 1), sections);
    const range = changedRange(schema.node("doc", null, before), schema.node("doc", null, after));
    expect(range.start).toBe(first);
    // its section went up into the one above
    expect(sectionOf(after[first] ?? (before[0] as ProseMirrorNode))).toBe(
      sectionOf(before[first - 1] as ProseMirrorNode),
    );
    expect(range.after - range.start).toBeLessThan(80);
  });

  it("follow depths that an edit changes behind it", () => {
    const nodes = Array.from({ length: 200 }, (_, i) => block(i, "paragraph", i > 10 && i < 100 ? 1 : 0));
    const doc = schema.node("doc", null, inPlaces(nodes, sections));
    const { tr } = EditorState.create({ doc });
    const at = (index: number) =>
      tr.doc.children.slice(0, index).reduce((sum, { nodeSize }) => sum + nodeSize, 0);
    tr.delete(at(10), at(11));
    for (let index = 10; index < 99; index++) tr.setNodeAttribute(at(index), "depth", 0);
    settlePlaces(tr, doc, sections);
    const { children } = tr.doc;
    expect(inPlaces(children, sections).findIndex((node, index) => node !== children[index])).toBe(-1);
  });
});
