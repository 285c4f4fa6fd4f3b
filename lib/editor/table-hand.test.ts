// @vitest-environment jsdom
/** What is pasted into cells: one step, whose addresses are links. */
import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { expect, it, onTestFinished } from "vitest";
import { autolinkPlugin } from "./autolink.ts";
import { linker } from "./link-words.ts";
import { schema } from "./schema.ts";
import { newTable } from "./table-commands.ts";
import { tableHandPlugin } from "./table-hand.ts";

/** A table of two rows and columns with a letter in each cell, and what was done to it. */
async function table() {
  const links = autolinkPlugin({ soon: () => Promise.resolve(), load: async () => linker });
  const blank = EditorState.create({ schema });
  const doc = schema.node("doc", null, [newTable(blank, 0, 2, 2)]);
  const done: Transaction[] = [];
  const view: EditorView = new EditorView(document.createElement("div"), {
    state: EditorState.create({ doc, plugins: [links, tableHandPlugin()] }),
    dispatchTransaction: (tr) => {
      if (tr.docChanged) done.push(tr);
      view.updateState(view.state.apply(tr));
    },
  });
  onTestFinished(() => view.destroy());
  await new Promise((resolve) => setTimeout(resolve));
  const { tr } = view.state;
  for (const [index, at] of cells(view).entries()) tr.insertText("abcd".charAt(index), tr.mapping.map(at));
  view.dispatch(tr);
  done.length = 0;
  return { view, done };
}

function cells({ state }: EditorView): number[] {
  const starts: number[] = [];
  state.doc.descendants((node, pos) => void (node.type.name === "tableCell" && starts.push(pos + 1)));
  return starts;
}

const words = ({ state }: EditorView): string[] =>
  cells({ state } as EditorView).map((at) => state.doc.resolve(at).parent.textContent);

it("is a step of its own, which undo takes back by itself", async () => {
  const { view, done } = await table();
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, (cells(view)[0] ?? 0) + 1)));
  view.pasteText("see https://a.example/plan\nnow", new Event("paste") as ClipboardEvent);
  expect(words(view)).toEqual(["asee https://a.example/plan\nnow", "b", "c", "d"]);
  expect(done.map((tr) => tr.getMeta("paste"))).toEqual([true]);
  expect(view.dom.querySelector("a")?.textContent).toBe("https://a.example/plan");
});

it("clears the cells that are chosen in the same step", async () => {
  const { view, done } = await table();
  const [first = 0, , third = 0] = cells(view);
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, first, third + 1)));
  view.pasteText("new", new Event("paste") as ClipboardEvent);
  expect(words(view)).toEqual(["new", "", "", "d"]);
  expect(done).toHaveLength(1);
});
