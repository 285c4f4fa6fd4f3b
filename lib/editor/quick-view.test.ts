// @vitest-environment jsdom
/** A view that looks at what changed alone shows what one shows that looks at everything. */

import { EditorState, Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import { Decoration, DecorationSet, EditorView } from "@tiptap/pm/view";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { inPlaces } from "./place-marks.ts";
import { quicken } from "./quick-view.ts";
import { schema } from "./schema.ts";

const COUNT = 40;
const TYPES = ["paragraph", "heading2", "paragraph", "bullet", "paragraph", "paragraph", "quote"];

const documentOf = (count: number, isInSections = true) =>
  schema.node(
    "doc",
    null,
    inPlaces(
      Array.from({ length: count }, (_, i) => {
        const id = ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(32, "0");
        const type = TYPES[i % TYPES.length];
        return schema.node("block", { id, type, depth: 0, props: {} }, [schema.text(`block ${i}`)]);
      }),
      { from: isInSections ? 10 : 1_000, every: 7 },
    ),
  );

/** Blocks, a stretch inside one, one over two, and a widget, all of which move along. */
const decorated = (places: readonly number[]) =>
  new Plugin<DecorationSet>({
    state: {
      init: (_, { doc }) =>
        DecorationSet.create(
          doc,
          places.flatMap((at) => decorationsAt(doc, at)),
        ),
      apply: (tr, set) => {
        const now: readonly number[] | undefined = tr.getMeta("places");
        if (!now) return set.map(tr.mapping, tr.doc);
        return DecorationSet.create(
          tr.doc,
          now.flatMap((at) => decorationsAt(tr.doc, at)),
        );
      },
    },
    props: {
      decorations(state) {
        return this.getState(state);
      },
    },
  });

function decorationsAt(doc: EditorState["doc"], index: number): Decoration[] {
  let from = 0;
  for (let at = 0; at < index; at++) from += doc.child(at).nodeSize;
  const to = from + doc.child(index).nodeSize;
  return [
    Decoration.node(from, to, { class: `about-${index}` }),
    Decoration.inline(from + 2, from + 5, { class: "found" }),
    Decoration.inline(to - 2, Math.min(to + 3, doc.content.size), { class: "over-two" }),
    Decoration.widget(from + 3, () => document.createElement("b")),
  ];
}

function viewOf(doc: EditorState["doc"], sets: readonly (readonly number[])[], isQuick: boolean) {
  const state = EditorState.create({ doc, plugins: sets.map(decorated) });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  if (isQuick) quicken(view);
  return view;
}

type Edit = { readonly kind: string; readonly index: number; readonly at: number };

/** One edit, at most as far as the document goes. */
function edit(tr: Transaction, { kind, index, at }: Edit): Transaction {
  const child = index % tr.doc.childCount;
  let pos = 0;
  for (let before = 0; before < child; before++) pos += tr.doc.child(before).nodeSize;
  const node = tr.doc.child(child);
  const place = pos + 1 + Math.min(at, node.content.size);
  if (kind === "type") return tr.insertText("x", place);
  if (kind === "bold" && schema.marks.bold) return tr.addMark(pos + 1, place, schema.marks.bold.create());
  if (kind === "delete") return tr.delete(pos + 1, place);
  if (kind === "split") return tr.split(place);
  if (kind === "shape") return tr.setNodeAttribute(pos, "type", "heading1");
  if (kind === "remove" && tr.doc.childCount > 1) return tr.delete(pos, pos + node.nodeSize);
  return tr.setSelection(TextSelection.create(tr.doc, place));
}

const edits = fc.array(
  fc.record({
    kind: fc.constantFrom("type", "type", "type", "bold", "delete", "split", "shape", "remove", "select"),
    index: fc.nat(COUNT),
    at: fc.nat(9),
  }),
  { minLength: 1, maxLength: 12 },
);
const decorations = fc.array(fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 3 }), { maxLength: 2 });

type DocView = {
  update: (...args: unknown[]) => boolean;
  parseRange: (from: number, to: number) => { node: Node; from: number; to: number };
  markDirty: (from: number, to: number) => void;
};
const docViewOf = (view: EditorView) => (view as unknown as { docView: DocView }).docView;

/** Where each block begins, as the view finds it from the page. */
const placesOf = (view: EditorView): number[] =>
  [...view.dom.querySelectorAll("[data-block-id]")].map((block) => view.posAtDOM(block, 0));

describe("a quick view", () => {
  it("shows what every other shows, whatever is written, with decorations and without", () => {
    fc.assert(
      fc.property(edits, decorations, fc.boolean(), (steps, sets, isLong) => {
        const doc = documentOf(COUNT, isLong);
        const [quick, plain] = [viewOf(doc, sets, true), viewOf(doc, sets, false)];
        for (const step of steps) {
          for (const view of [quick, plain]) view.dispatch(edit(view.state.tr, step));
          expect(quick.dom.innerHTML).toBe(plain.dom.innerHTML);
          expect(placesOf(quick)).toEqual(placesOf(plain));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("draws one block alone where nothing else changed, also beside decorations", () => {
    for (const sets of [[], [[3, 20]]]) {
      const view = viewOf(documentOf(COUNT), sets, false);
      const all = vi.spyOn(docViewOf(view), "update");
      quicken(view);
      view.dispatch(edit(view.state.tr, { kind: "type", index: 9, at: 3 }));
      expect(view.dom.textContent).toContain("bloxck 9");
      expect(all).not.toHaveBeenCalled();
      view.dispatch(edit(view.state.tr, { kind: "split", index: 9, at: 3 }));
      expect(all).toHaveBeenCalledTimes(1);
    }
  });

  it("draws decorations that come and go with the words, elsewhere and in the same block", () => {
    const doc = documentOf(COUNT);
    const [quick, plain] = [viewOf(doc, [[3]], true), viewOf(doc, [[3]], false)];
    for (const places of [[20], [20, 30], [30, 9], [9], []]) {
      for (const view of [quick, plain])
        view.dispatch(edit(view.state.tr, { kind: "type", index: 9, at: 1 }).setMeta("places", places));
      expect(quick.dom.innerHTML).toBe(plain.dom.innerHTML);
      for (const at of places) expect(quick.dom.querySelector(`.about-${at}`)).not.toBeNull();
      expect(quick.dom.querySelectorAll("b").length).toBe(places.length);
    }
  });

  it("draws anew what the page changed in another block", () => {
    const view = viewOf(documentOf(COUNT), [], true);
    const words = view.domAtPos(3).node;
    words.nodeValue = "not in the document";
    docViewOf(view).markDirty(1, 2);
    view.dispatch(edit(view.state.tr, { kind: "type", index: 9, at: 3 }));
    expect(view.dom.textContent).toContain("bloxck 9");
    expect(view.dom.textContent).not.toContain("not in the document");
  });

  it("reads one block where the change is in one, and as much as ever where it is in several", () => {
    const doc = documentOf(COUNT);
    const [quick, plain] = [viewOf(doc, [], true), viewOf(doc, [], false)];
    const size = doc.child(0).nodeSize;
    const read = docViewOf(quick).parseRange(size + 2, size + 4);
    expect((read.node as Element).textContent).toBe("block 1");
    expect([read.from, read.to]).toEqual([size + 1, 2 * size - 1]);
    for (const [from, to] of [
      [3, size + 4],
      [0, size],
      [size, size + 3],
      [0, doc.content.size],
    ] as const) {
      const [one, other] = [quick, plain].map((view) => docViewOf(view).parseRange(from, to));
      expect({ ...one, node: null }).toEqual({ ...other, node: null });
    }
  });
});
