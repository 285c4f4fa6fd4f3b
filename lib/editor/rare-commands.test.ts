// @vitest-environment jsdom
/** Keys in tables and columns, and what the slash menu puts in, before the code of rare blocks is here. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState, type NodeSelection, Plugin, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { newBlockId } from "../core/ids.ts";
import { cellPlaceOf } from "./cell-place.ts";
import { keymapPlugin } from "./keymap.ts";
import { LateKit } from "./late-kit.ts";
import { rareCommands, type WithCommands } from "./rare-commands.ts";
import { schema } from "./schema.ts";
import { runSlashItem, slashPlugin } from "./slash.ts";
import { filterSlashItems } from "./slash-items.ts";
import { newTable } from "./table-commands.ts";
import { tablePlugin } from "./table-plugin.ts";

const line = (text = "") =>
  schema.node("block", { id: newBlockId() }, text === "" ? [] : [schema.text(text)]);

function editing(...nodes: ProseMirrorNode[]) {
  const code = Promise.withResolvers<() => WithCommands>();
  const load = vi.fn(() => code.promise);
  const late = new LateKit<WithCommands>({ load, onMissing: vi.fn() });
  const plugins = [
    slashPlugin(() => false),
    tablePlugin(),
    keymapPlugin(new Y.UndoManager(new Y.Doc().getMap()), late),
    late.slot(() => new Plugin({})),
  ];
  const state = EditorState.create({ doc: schema.node("doc", null, nodes), plugins });
  const view = new EditorView(document.createElement("div"), { state });
  const arrive = async () => {
    code.resolve(() => ({ rare: rareCommands }));
    await late.arrived;
  };
  return { view, late, load, arrive };
}

const table = () => newTable(EditorState.create({ schema }), 0, 2, 2);
const press = (view: EditorView, key: string, held: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held });
  view.dom.dispatchEvent(event);
  return event.defaultPrevented;
};
const go = (view: EditorView, at: number) =>
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at)));
const cell = (view: EditorView) => {
  const place = cellPlaceOf(view.state);
  return place && [place.row, place.column];
};

describe("in a cell, before", () => {
  it.each([
    ["Tab", {}, [0, 1]],
    ["Enter", {}, [1, 0]],
    ["ArrowDown", { altKey: true, shiftKey: true }, [1, 0]],
    ["ArrowRight", { altKey: true, shiftKey: true }, [0, 1]],
  ] as const)("%s leaves the table as it is, and is done as soon as it can", async (key, held, to) => {
    const { view, load, arrive } = editing(table(), line("text"));
    go(view, 3);
    const { doc } = view.state;
    expect(press(view, key, held)).toBe(true);
    expect(view.state.doc).toBe(doc);
    expect(load).toHaveBeenCalledTimes(1);
    await arrive();
    expect(cell(view)).toEqual(to);
  });

  it("Backspace and Delete at the edges keep its shape, and over several cells empty these", () => {
    const { view } = editing(table(), line("text"));
    const { doc } = view.state;
    go(view, 5);
    for (const key of ["Backspace", "Delete"]) expect(press(view, key)).toBe(true);
    expect(view.state.doc).toBe(doc);
    view.dispatch(view.state.tr.insertText("b", 5).insertText("a", 3));
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 3, 7)));
    press(view, "Delete");
    expect(view.state.doc.eq(doc)).toBe(true);
  });

  it("a key is not done where the person has gone on meanwhile", async () => {
    const { view, arrive } = editing(table(), line("text"));
    go(view, 3);
    press(view, "Tab");
    view.dispatch(view.state.tr.insertText("typed"));
    await arrive();
    expect(cell(view)).toEqual([0, 0]);
    expect(view.state.doc.textContent).toBe("typedtext");
  });

  it("outside of tables the same keys do what they ever do", () => {
    const { view, load } = editing(line("one"), line("two"));
    go(view, 7);
    press(view, "Tab");
    press(view, "Enter");
    expect(view.state.doc.children.map(({ attrs }) => attrs.depth)).toEqual([0, 1, 1]);
    expect(load).not.toHaveBeenCalled();
  });
});

describe("chosen in the slash menu before", () => {
  const choose = (view: EditorView, late: LateKit<WithCommands>, name: string) => {
    view.dispatch(view.state.tr.insertText("/"));
    view.dispatch(view.state.tr.insertText(name));
    const [item] = filterSlashItems(name);
    if (!item) throw new Error(`Nothing is called ${name}.`);
    runSlashItem(view, item, { choose: vi.fn(), late });
  };
  const types = (view: EditorView) => view.state.doc.children.map(({ attrs }) => attrs.type);

  it("a table comes where it was asked for, whatever was written elsewhere meanwhile", async () => {
    const { view, late, arrive } = editing(line("one"), line(), line("three"));
    go(view, 6);
    choose(view, late, "table");
    expect(types(view)).toEqual(["paragraph", "paragraph", "paragraph"]);
    expect(view.state.doc.textContent).toBe("onethree");
    go(view, view.state.doc.content.size - 1);
    view.dispatch(view.state.tr.insertText("!"));
    view.dispatch(view.state.tr.insert(0, line("zero")));
    await arrive();
    expect(types(view)).toEqual(["paragraph", "paragraph", "table", "paragraph"]);
    expect(view.state.doc.lastChild?.textContent).toBe("three!");
    expect(cell(view)).toEqual([0, 0]);
  });

  it("columns come around what was typed in their line meanwhile", async () => {
    const { view, late, arrive } = editing(line());
    go(view, 1);
    choose(view, late, "2 columns");
    view.dispatch(view.state.tr.insertText("typed"));
    await arrive();
    expect(types(view)).toEqual(["columns", "column", "paragraph", "column", "paragraph", "paragraph"]);
    expect(view.state.doc.child(2).textContent).toBe("typed");
  });

  it("an embed comes behind what was typed meanwhile, and asks for its address", async () => {
    const { view, late, arrive } = editing(line());
    go(view, 1);
    choose(view, late, "embed");
    view.dispatch(view.state.tr.insertText("typed"));
    await arrive();
    expect(types(view)).toEqual(["paragraph", "embed"]);
    expect(view.state.doc.textContent).toBe("typed");
    expect((view.state.selection as NodeSelection).node.attrs.type).toBe("embed");
  });

  it("what cannot be where it was asked for changes nothing", async () => {
    const { view, late, arrive } = editing(line());
    go(view, 1);
    choose(view, late, "remove columns");
    await arrive();
    expect(types(view)).toEqual(["paragraph"]);
  });
});
