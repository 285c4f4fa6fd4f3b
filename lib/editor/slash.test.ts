// @vitest-environment jsdom
/** What the slash menu puts in before the code of embeds is here. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState, type NodeSelection, Plugin, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { createUndo } from "../core/block-undo.ts";
import { newBlockId } from "../core/ids.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { insertEmbed } from "./embed-commands.ts";
import { LateKit } from "./late-kit.ts";
import { schema } from "./schema.ts";
import { runSlashItem, slashPlugin, type WithEmbeds } from "./slash.ts";
import { filterSlashItems, SLASH_ITEMS } from "./slash-items.ts";
import { undoStepsPlugin } from "./undo-steps.ts";

const line = (text = "") =>
  schema.node("block", { id: newBlockId() }, text === "" ? [] : [schema.text(text)]);

function editing(...nodes: ProseMirrorNode[]) {
  const code = Promise.withResolvers<() => WithEmbeds>();
  const late = new LateKit<WithEmbeds>({ load: () => code.promise, onMissing: vi.fn() });
  const plugins = [slashPlugin(() => false), late.slot(() => new Plugin({}))];
  const state = EditorState.create({ doc: schema.node("doc", null, nodes), plugins });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  const arrive = async () => {
    code.resolve(() => ({ insertEmbed }));
    await late.arrived;
  };
  const go = (at: number) =>
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at)));
  const choose = (name: string) => {
    view.dispatch(view.state.tr.insertText("/"));
    view.dispatch(view.state.tr.insertText(name));
    const [item] = filterSlashItems(name);
    if (!item) throw new Error(`Nothing is called ${name}.`);
    runSlashItem(view, item, { choose: vi.fn(), late });
  };
  const types = () => view.state.doc.children.map(({ attrs }) => attrs.type);
  return { view, arrive, go, choose, types };
}

/** An editor whose shared document undoes; Enter in the menu is `choose`. */
function desk() {
  const map = new BlockMap(new Y.Doc());
  map.doc.transact(() => insertTree(map, [{ type: "paragraph", attrs: {}, text: [], children: [] }]));
  const undo = createUndo(map, LOCAL);
  const binding = new EditorBinding(map);
  const plugins = [binding.plugin(), slashPlugin(() => false), undoStepsPlugin(undo, map)];
  const state = EditorState.create({ doc: binding.document(schema), plugins });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
  const type = (text: string) => {
    view.dispatch(view.state.tr.insertText(text));
    binding.flush();
  };
  const shown = () => view.state.doc.children.map(({ attrs, textContent }) => `${attrs.type} ${textContent}`);
  return { view, undo, type, shown, flush: () => binding.flush() };
}

it.each(["columns2", "table", "heading1", "bullet"])(
  "%s is undone by itself, not with what is typed in it",
  (kind) => {
    const { view, undo, type, shown, flush } = desk();
    const item = SLASH_ITEMS.find((one) => one.type === kind);
    type("/");
    type("x");
    if (item)
      runSlashItem(view, item, { choose: vi.fn(), late: new LateKit({ load: vi.fn(), onMissing: vi.fn() }) });
    flush();
    const made = shown();
    type("word");
    undo.undo();
    expect(shown()).toEqual(made);
  },
);

describe("chosen in the slash menu before the code of embeds is here", () => {
  it("a table and columns are there at once", () => {
    const { choose, go, types } = editing(line());
    go(1);
    choose("table");
    expect(types()).toEqual(["table", "paragraph"]);
    const columns = editing(line());
    columns.go(1);
    columns.choose("2 columns");
    expect(columns.types()).toContain("columns");
  });

  it("an embed asks for its address", async () => {
    const { view, arrive, go, choose, types } = editing(line());
    go(1);
    choose("embed");
    await arrive();
    expect(types()).toEqual(["embed"]);
    expect((view.state.selection as NodeSelection).node.attrs.type).toBe("embed");
  });

  it("an embed comes behind what is typed meanwhile, which goes on where it was", async () => {
    const { view, arrive, go, choose, types } = editing(line());
    go(1);
    choose("embed");
    view.dispatch(view.state.tr.insertText("typed"));
    await arrive();
    expect(types()).toEqual(["paragraph", "embed"]);
    view.dispatch(view.state.tr.insertText(" on"));
    expect(view.state.doc.textContent).toBe("typed on");
  });

  it("an embed comes where it was asked for, whatever was written elsewhere meanwhile", async () => {
    const { view, arrive, go, choose, types } = editing(line("one"), line(), line("three"));
    go(6);
    choose("embed");
    expect(types()).toEqual(["paragraph", "paragraph", "paragraph"]);
    go(view.state.doc.content.size - 1);
    view.dispatch(view.state.tr.insertText("!"));
    view.dispatch(view.state.tr.insert(0, line("zero")));
    await arrive();
    expect(types()).toEqual(["paragraph", "paragraph", "embed", "paragraph"]);
    view.dispatch(view.state.tr.insertText("?"));
    expect(view.state.doc.lastChild?.textContent).toBe("three!?");
  });
});
