/** "Replace all" in a long document: what each place costs must not grow with the number of all. */
import { EditorState, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { createUndo } from "../core/block-undo.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { replaceAllFound, seek } from "./find.ts";
import { findPlugin } from "./found-places.ts";
import { quickenPositions } from "./long-list.ts";
import { normalizePlugin } from "./normalize.ts";
import { schema } from "./schema.ts";

const COUNT = 3_000;
/** Against hanging alone: a machine with ten times more to do than it can took 40 s. */
const LONGEST_MS = 600_000;

quickenPositions();

/** As much of a view as replacing and the binding need. */
class Desk {
  readonly map: BlockMap;
  readonly binding: EditorBinding;
  state: EditorState;

  constructor(doc: Y.Doc) {
    this.map = new BlockMap(doc);
    this.binding = new EditorBinding(this.map);
    const binding = this.binding.plugin();
    delete binding.spec.view;
    const plugins = [binding, normalizePlugin(this.map), findPlugin()];
    this.state = EditorState.create({ doc: this.binding.document(schema), plugins });
    this.binding.attach(this);
  }

  dispatch(transaction: Transaction): void {
    this.state = this.state.apply(transaction);
    this.binding.flush();
  }

  lines(): string[] {
    return this.state.doc.children.map(({ textContent }) => textContent);
  }
}

it(
  "thousands of places are replaced, undone and redone at once, here and where others read",
  () => {
    const lines = Array.from(
      { length: COUNT },
      (_, i) => `Line ${i} has the needle among ${"many words ".repeat(20)}`,
    );
    const doc = new Y.Doc();
    const tree = lines.map((text) => ({
      type: "paragraph",
      attrs: {},
      text: [{ text, marks: {} }],
      children: [],
    }));
    doc.transact(() => insertTree(new BlockMap(doc), tree));
    const far = new Y.Doc();
    Y.applyUpdate(far, Y.encodeStateAsUpdate(doc));
    doc.on("update", (update: Uint8Array) => Y.applyUpdate(far, update, "network"));
    const [here, there] = [new Desk(doc), new Desk(far)];
    const undo = createUndo(here.map, LOCAL);
    const view = here as unknown as EditorView;
    const replaced = lines.map((line) => line.replace("needle", "straw"));
    seek(view, { text: "needle", isCaseSensitive: false, isWholeWord: true }, () => null);
    for (const _ of ["once", "and where much was undone before"]) {
      expect(replaceAllFound(view, "straw")).toEqual({ replaced: COUNT, stayed: 0 });
      expect(here.lines()).toEqual(replaced);
      expect(there.lines()).toEqual(replaced);
      undo.undo();
      expect(there.lines()).toEqual(lines);
      undo.redo();
      expect(there.lines()).toEqual(replaced);
      undo.undo();
      expect(here.lines()).toEqual(lines);
    }
    expect([here.binding.healed, there.binding.healed]).toEqual([0, 0]);
  },
  LONGEST_MS,
);
