// @vitest-environment jsdom
import { Editor, Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { afterEach, describe, expect, it, vi } from "vitest";
import { drawOnce } from "./draw-once.ts";
import { documentExtensions } from "./schema.ts";

const COUNT = 5;

/** An editor with a node view that a plugin brings, as those of formulas and embeds do. */
function openEditor() {
  const views: number[] = [];
  const plugin = new Plugin({
    props: { nodeViews: { mention: () => ({ dom: document.createElement("span") }) } },
    view: ({ state }) => {
      views.push(state.doc.childCount);
      return {};
    },
    state: { init: (_, { doc }) => doc.childCount, apply: (_, count) => count },
  });
  let drawn = 0;
  const editor = new Editor({
    extensions: [
      ...documentExtensions,
      Extension.create({ name: "document", priority: 1000, addProseMirrorPlugins: () => [plugin] }),
    ],
    enableCoreExtensions: { keymap: false, delete: false },
    injectCSS: false,
    onBeforeCreate: ({ editor: made }) => {
      const { block, doc } = made.schema.nodes;
      if (!block || !doc) throw new Error("There are no blocks.");
      const toDOM = block.spec.toDOM;
      vi.spyOn(block.spec, "toDOM").mockImplementation((node) => {
        if (node.textContent) drawn++;
        return toDOM?.(node) ?? ["p", 0];
      });
      const line = (i: number) => {
        const id = i.toString(16).padStart(32, "0");
        return block.create({ id, type: "paragraph", depth: 0, props: {} }, [made.schema.text(`line ${i}`)]);
      };
      drawOnce(
        made,
        doc.create(
          null,
          Array.from({ length: COUNT }, (_, i) => line(i)),
        ),
      );
    },
  });
  return { editor, plugin, views, drawn: () => drawn };
}

describe("an editor's document", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("is drawn once, with all plugins, which see nothing but all of it", () => {
    const { editor, plugin, views, drawn } = openEditor();
    expect(drawn()).toBe(COUNT);
    expect([views, plugin.getState(editor.state)]).toEqual([[COUNT], COUNT]);
    expect(editor.view.dom.textContent).toBe("line 0line 1line 2line 3line 4");
    editor.destroy();
  });

  it("is the editor's from then on: plugins may come and go", () => {
    const { editor, views } = openEditor();
    editor.view.dispatch(editor.state.tr.insertText("new ", 1));
    editor.registerPlugin(new Plugin({}));
    expect(editor.view.dom.textContent).toMatch(/^new line 0/);
    expect(views).toEqual([COUNT, COUNT]);
    editor.destroy();
  });
});
