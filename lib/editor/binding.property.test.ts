/** Three editors on one document: random transactions of every kind under a network that loses, doubles and reorders. */
import { chainCommands, deleteSelection } from "@tiptap/pm/commands";
import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { type Command, EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { createUndo } from "../core/block-undo.ts";
import { Random } from "../core/history.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { mentionValue, readMention } from "../core/mention.ts";
import { choosePictureAct, describeAct, uploadAct } from "./attachment-acts.ts";
import { EditorBinding, type EditorHost, LOCAL } from "./binding.ts";
import { colorBlocks } from "./block-color.ts";
import { cellPlaceOf, clearCells, stayInCell } from "./cell-place.ts";
import { chosenRange } from "./chosen.ts";
import { choose, deleteChosen } from "./chosen-commands.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { widenColumn } from "./column-widths.ts";
import {
  addColumn as addColumnBeside,
  makeColumns,
  moveBeside,
  removeColumns,
  shiftColumn,
} from "./columns-commands.ts";
import {
  joinBackwardCommand,
  joinForwardCommand,
  shiftDepth,
  splitBlockCommand,
  turnInto,
} from "./commands.ts";
import { levelsAt, moveTo } from "./drag-blocks.ts";
import { insertEmbed, setEmbedAddress } from "./embed-commands.ts";
import { leaveInside, splitInside } from "./inside-commands.ts";
import { moveBlock } from "./move-block.ts";
import { nestingPlugin, toggleFold } from "./nesting.ts";
import { normalizePlugin } from "./normalize.ts";
import { NOTHING_KEPT, outlineNodes } from "./outline-nodes.ts";
import { pasteCells } from "./paste-cells.ts";
import { inPlaces } from "./place-marks.ts";
import { schema } from "./schema.ts";
import {
  addColumn,
  addRow,
  cellBelow,
  deleteColumn,
  deleteRow,
  goToCell,
  insertTable,
  moveColumn,
  moveRow,
  newTable,
} from "./table-commands.ts";
import { uploadPlacesPlugin } from "./upload-places.ts";

const FIRST = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.HISTORIES ?? 270);
const FIRST_MARKER = 0xe000;
const PERSON = "7f3c1c9a-1111-4222-8333-444455556666";
/** Documents of a few blocks, in sections of two or three. */
const SMALL_SECTIONS = { from: 4, every: 2 };

class Writer implements EditorHost {
  readonly doc = new Y.Doc();
  readonly map: BlockMap;
  readonly undo: Y.UndoManager;
  readonly binding: EditorBinding;
  readonly inbox: Uint8Array[] = [];
  state: EditorState;
  constructor(client: number) {
    this.doc.clientID = client;
    this.map = new BlockMap(this.doc);
    this.undo = createUndo(this.map, LOCAL);
    this.binding = new EditorBinding(this.map, SMALL_SECTIONS);
    const plugin = this.binding.plugin();
    const { spec } = plugin;
    delete spec.view;
    const chosen = chosenPlugin();
    this.state = EditorState.create({
      doc: this.binding.document(schema),
      plugins: [
        chosen,
        plugin,
        normalizePlugin(this.map, SMALL_SECTIONS),
        nestingPlugin({ folded: [], onChange: () => undefined }),
        uploadPlacesPlugin(() => document.createElement("div")),
      ],
    });
    this.binding.attach(this);
  }
  dispatch(transaction: Transaction): void {
    this.state = this.state.applyTransaction(transaction).state;
    this.binding.flush();
  }
  run(command: Command): void {
    command(this.state, (transaction) => this.dispatch(transaction));
  }
  text(): string {
    // of a mention its label: it is a marker, too
    const wordsOf = (node: ProseMirrorNode) => readMention(node.attrs.value)?.label ?? "\ufffc";
    return this.state.doc.textBetween(0, this.state.doc.content.size, "\n", wordsOf);
  }
}

type Act = (writer: Writer, random: Random, marker: () => string) => void;

const anywhere = (doc: ProseMirrorNode, random: Random): number =>
  TextSelection.near(doc.resolve(random.below(doc.content.size + 1))).head;

const place: Act = (writer, random) => {
  const { doc, tr } = writer.state;
  writer.dispatch(tr.setSelection(TextSelection.create(doc, anywhere(doc, random))));
};

const select: Act = (writer, random) => {
  const { doc, tr } = writer.state;
  const from = anywhere(doc, random);
  const to = random.chance(0.6)
    ? Math.min(doc.content.size, from + 1 + random.below(4))
    : anywhere(doc, random);
  writer.dispatch(tr.setSelection(TextSelection.between(doc.resolve(from), doc.resolve(to))));
};

const at =
  (command: Command): Act =>
  (writer, random, marker) => {
    place(writer, random, marker);
    writer.run(command);
  };

const there =
  (act: Act): Act =>
  (writer, random, marker) => {
    place(writer, random, marker);
    act(writer, random, marker);
  };

const atEdge =
  (command: Command, end: boolean): Act =>
  (writer, random, marker) => {
    place(writer, random, marker);
    const { $from } = writer.state.selection;
    writer.dispatch(
      writer.state.tr.setSelection(TextSelection.create(writer.state.doc, end ? $from.end() : $from.start())),
    );
    writer.run(command);
  };

/** A block, or one and some of those that follow it. */
function chooseSome(writer: Writer, random: Random): void {
  const { doc, tr } = writer.state;
  const first = random.below(doc.childCount);
  const last = Math.min(doc.childCount - 1, first + random.below(3));
  writer.dispatch(choose(tr, doc.child(first).attrs.id, doc.child(last).attrs.id));
}

/** A caret in some cell, if there is one. */
function intoCell(writer: Writer, random: Random): void {
  const cells: number[] = [];
  writer.state.doc.descendants((node, pos) => {
    if (node.type.name === "tableCell") cells.push(pos + 1 + random.below(node.content.size + 1));
  });
  const place = random.pick(cells);
  const { doc, tr } = writer.state;
  writer.dispatch(tr.setSelection(TextSelection.create(doc, place ?? anywhere(doc, random))));
}

function inCell(command: Command): Act {
  return (writer, random) => {
    intoCell(writer, random);
    writer.run(command);
  };
}

/** Some blocks, dragged to the edge of another. */
const beside: Act = (writer, random) => {
  chooseSome(writer, random);
  const range = chosenRange(writer.state);
  const index = random.below(writer.state.doc.childCount);
  if (range) writer.run(moveBeside(range, { index, side: random.chance(0.5) ? "left" : "right" }));
};

const type: Act = (writer, random, marker) => {
  place(writer, random, marker);
  writer.dispatch(writer.state.tr.insertText(marker()));
};

/** Several places in one transaction, as "Replace all" does it, from either end and with splits between. */
const replaceSome: Act = (writer, random, marker) => {
  const { doc, tr } = writer.state;
  const starts = [1, 2, 3, 4].map(() => anywhere(doc, random)).toSorted((a, b) => a - b);
  const ends = starts.map((start, i) => {
    const most = Math.min(starts[i + 1] ?? doc.content.size, doc.resolve(start).end());
    return Math.min(most, start + random.below(4));
  });
  for (const i of random.chance(0.5) ? [0, 1, 2, 3] : [3, 2, 1, 0]) {
    const $from = tr.doc.resolve(tr.mapping.map(starts[i] as number));
    const to = Math.max($from.pos, tr.mapping.map(ends[i] as number, -1));
    if (!$from.parent.isTextblock) continue;
    if (random.chance(0.3)) tr.delete($from.pos, to);
    else tr.insertText(marker(), $from.pos, to);
    if ($from.parent.type.name === "block" && random.chance(0.2)) tr.split($from.pos);
  }
  if (tr.docChanged) writer.dispatch(tr);
};

const enter = chainCommands(cellBelow, splitInside, leaveInside, splitBlockCommand);

const ACTS: Record<string, Act> = {
  type,
  more: type,
  evenMore: type,
  replace: (writer, random, marker) => {
    select(writer, random, marker);
    writer.dispatch(writer.state.tr.insertText(marker()));
  },
  replaceSome,
  cut: (writer, random, marker) => {
    select(writer, random, marker);
    writer.run(chainCommands(clearCells, deleteSelection));
  },
  paste: (writer, random, marker) => {
    place(writer, random, marker);
    if (cellPlaceOf(writer.state) !== null) return; // a paste into a cell brings words alone: table-plugin.ts
    const blocks = [1, 2, 3].map(() => schema.node("block", { id: newBlockId() }, [schema.text(marker())]));
    const slice = schema.topNodeType.create(null, blocks).slice(random.below(2), 9 - random.below(2));
    writer.dispatch(writer.state.tr.replaceSelection(slice));
  },
  mark: (writer, random, marker) => {
    select(writer, random, marker);
    const { from, to } = writer.state.selection;
    const mark = schema.mark(random.pick(["bold", "italic", "math"]) ?? "bold");
    writer.dispatch(
      random.chance(0.7)
        ? writer.state.tr.addMark(from, to, mark)
        : writer.state.tr.removeMark(from, to, mark),
    );
  },
  enter: at(enter),
  enterAgain: at(enter),
  enterAtEnd: atEdge(enter, true),
  enterAtStart: atEdge(enter, false),
  backspace: atEdge(chainCommands(stayInCell("start"), joinBackwardCommand), false),
  backspaceAgain: atEdge(chainCommands(stayInCell("start"), joinBackwardCommand), false),
  delete: atEdge(chainCommands(stayInCell("end"), joinForwardCommand), true),
  indent: at(shiftDepth(1)),
  outdent: at(shiftDepth(-1)),
  up: at(moveBlock(-1)),
  down: at(moveBlock(1)),
  heading: at(turnInto("heading1")),
  code: at(turnInto("code")),
  math: at(turnInto("math")),
  task: at(turnInto("task", { checked: false })),
  drag: (writer, random) => {
    chooseSome(writer, random);
    const range = chosenRange(writer.state);
    const { doc } = writer.state;
    if (range === null) return;
    const index = random.below(doc.childCount + 1);
    const { least, most } = levelsAt(doc, index, range);
    writer.run(moveTo(range, { index, depth: least + random.below(most - least + 1) }));
  },
  columns: at(makeColumns(2)),
  moreColumns: at(makeColumns(3)),
  columnBeside: at(addColumnBeside),
  noColumns: at(removeColumns),
  beforeColumn: at(shiftColumn(-1)),
  wider: at(widenColumn(1)),
  beside,
  besideAgain: beside,
  noBlocks: (writer, random) => {
    chooseSome(writer, random);
    writer.run(deleteChosen);
  },
  color: at(colorBlocks({ color: "red" })),
  background: (writer, random) => {
    chooseSome(writer, random);
    writer.run(colorBlocks(random.chance(0.7) ? { background: "green" } : {}));
  },
  callout: at(turnInto("callout", { tone: "warn" })),
  toggle: at(turnInto("toggle")),
  fold: (writer, random) => {
    const toggles: number[] = [];
    writer.state.doc.forEach((node, pos) => {
      if (node.attrs.type === "toggle") toggles.push(pos);
    });
    const pos = random.pick(toggles);
    if (pos !== undefined) writer.run(toggleFold(pos));
  },
  table: at(insertTable(2, 2)),
  above: inCell(addRow(0)),
  below: inCell(addRow(1)),
  before: inCell(addColumn(0)),
  behind: inCell(addColumn(1)),
  noRow: inCell(deleteRow),
  noColumn: inCell(deleteColumn),
  rowUp: inCell(moveRow(-1)),
  rowDown: inCell(moveRow(1)),
  columnLeft: inCell(moveColumn(-1)),
  columnRight: inCell(moveColumn(1)),
  pasteTable: (writer, random, marker) => {
    intoCell(writer, random);
    if (cellPlaceOf(writer.state) === null) return;
    const table = newTable(writer.state, 0, 2, 2);
    const filled = table.children.map((row) =>
      row.copy(Fragment.from(row.children.map((cell) => cell.copy(Fragment.from(schema.text(marker())))))),
    );
    const tr = pasteCells(writer.state, new Slice(Fragment.from(table.copy(Fragment.from(filled))), 0, 0));
    if (tr !== null && tr !== "too much") writer.dispatch(tr);
  },
  tab: inCell(goToCell(1)),
  cell: inCell(cellBelow),
  inTable: (writer, random, marker) => {
    intoCell(writer, random);
    writer.dispatch(writer.state.tr.insertText(marker()));
  },
  upload: there(uploadAct),
  picture: there(uploadAct),
  mention: (writer, random, marker) => {
    select(writer, random, marker);
    if (cellPlaceOf(writer.state) === null) place(writer, random, marker);
    const { $from } = writer.state.selection;
    if (!$from.parent.inlineContent) return;
    const value = mentionValue({ kind: "person", id: PERSON, label: marker() });
    writer.dispatch(
      writer.state.tr.insert($from.pos, schema.node("embed", { value }, undefined, $from.marks())),
    );
  },
  embed: at(insertEmbed),
  address: (writer, random) => {
    const frames: BlockId[] = [];
    writer.state.doc.forEach((node) => void (node.attrs.type === "embed" && frames.push(node.attrs.id)));
    const id = random.pick(frames);
    const href = random.pick(["https://youtu.be/dQw4w9WgXcQ", "https://example.com"]) ?? "";
    const transaction = id && setEmbedAddress(writer.state, id, href);
    if (transaction) writer.dispatch(transaction);
  },
  describe: describeAct,
  choosePicture: there(choosePictureAct(enter)),
  undo: (writer) => void writer.undo.undo(),
  redo: (writer) => void writer.undo.redo(),
};
const REMOVES = new Set([
  "cut",
  "replace",
  "replaceSome",
  "paste",
  "redo",
  "undo",
  "noRow",
  "pasteTable",
  "noColumn",
  "noBlocks",
  "choosePicture",
]);

class Session {
  readonly random: Random;
  readonly writers = [1, 2, 3].map((client) => new Writer(client));
  readonly typed: string[] = [];
  readonly removed = new Set<string>();
  readonly broken: string[] = [];
  constructor(seed: number) {
    this.random = new Random(seed);
    for (const writer of this.writers) {
      writer.doc.on("update", (update: Uint8Array, _: unknown, __: Y.Doc, transaction: Y.Transaction) => {
        if (!transaction.local) return;
        for (const other of this.writers) {
          if (other === writer || this.random.chance(0.1)) continue;
          other.inbox.push(update);
          if (this.random.chance(0.1)) other.inbox.push(update);
        }
      });
    }
  }
  marker = (): string => {
    const marker = String.fromCharCode(FIRST_MARKER + this.typed.length);
    this.typed.push(marker);
    return marker;
  };
  run(steps: number): void {
    const names = Object.keys(ACTS);
    for (let step = 0; step < steps; step++) {
      const writer = this.random.pick(this.writers) as Writer;
      if (this.random.chance(0.4)) this.deliver(writer);
      const name = this.random.pick(names) ?? "type";
      const before = writer.text();
      if (this.random.chance(0.5)) writer.undo.stopCapturing();
      ACTS[name]?.(writer, this.random, this.marker);
      const after = new Set(writer.text());
      for (const marker of before) {
        // of what is not a marker, lines, objects of a newer version and the two spaces of Tab in code come and go
        if ("\n\ufffc ".includes(marker) || after.has(marker)) continue;
        this.removed.add(marker);
        if (!REMOVES.has(name))
          this.broken.push(`step ${step}: ${name} took away ${marker.codePointAt(0)?.toString(16)}`);
      }
      this.check(writer, `step ${step}: ${name}`);
    }
  }
  deliver(writer: Writer): void {
    for (let i = 0; i < 3 && writer.inbox.length > 0; i++) {
      const [update] = writer.inbox.splice(this.random.below(writer.inbox.length), 1);
      if (update) Y.applyUpdate(writer.doc, update, "network");
    }
    this.check(writer, "delivery");
  }
  settle(): void {
    for (let round = 0; round < 2; round++) {
      for (const from of this.writers) {
        for (const to of this.writers) {
          if (from !== to)
            Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), "network");
        }
      }
    }
  }
  /** The editor shows the map. */
  check(writer: Writer, when: string): void {
    const { items } = writer.map.outline();
    const { doc } = writer.state;
    const shown = outlineNodes(schema, writer.map, items, NOTHING_KEPT).map((node, index) =>
      node.mark(doc.maybeChild(index)?.marks ?? []),
    );
    const settled = inPlaces(doc.children, SMALL_SECTIONS);
    if (!settled.every((node, index) => node === doc.child(index)))
      this.broken.push(`${when}: a block of ${writer.doc.clientID} is not in its section`);
    const same =
      shown.length === 0
        ? doc.childCount === 1 && doc.textContent === ""
        : doc.eq(schema.topNodeType.create(null, shown));
    if (!same && process.env.SHOW)
      console.log(
        when,
        doc.toString(),
        "\n",
        schema.topNodeType.create(null, shown).toString(),
        JSON.stringify(items),
      );
    if (!same) this.broken.push(`${when}: the editor of ${writer.doc.clientID} does not show its document`);
  }
  finish(): string[] {
    this.settle();
    for (const writer of this.writers) this.check(writer, "end");
    const [first, ...others] = this.writers;
    const text = first?.text() ?? "";
    for (const other of others) if (other.text() !== text) this.broken.push(`${other.doc.clientID} differs`);
    for (const marker of this.typed) {
      const count = text.split(marker).length - 1;
      if (count > 1) this.broken.push(`${marker.codePointAt(0)?.toString(16)} is there ${count} times`);
      if (count === 0 && !this.removed.has(marker))
        this.broken.push(`${marker.codePointAt(0)?.toString(16)} is lost`);
    }
    return this.broken;
  }
}

describe("binding", () => {
  it(`${COUNT} sessions of three editors from seed ${FIRST}: editor equals document, every marker exactly once`, () => {
    const found: string[] = [];
    let healed = 0;
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const session = new Session(seed);
      try {
        session.run(50);
      } catch (error) {
        session.broken.push(
          error instanceof Error
            ? (error.stack ?? error.message).split("\n").slice(0, 7).join(" | ")
            : String(error),
        );
      }
      healed += session.writers.reduce((sum, { binding }) => sum + binding.healed, 0);
      const broken = session.finish();
      if (broken.length > 0) found.push(`SEED=${seed} HISTORIES=1: ${broken.slice(0, 2).join("; ")}`);
    }
    expect(found.slice(0, 6)).toEqual([]);
    // drawing anew is a net, not a way of working: once in some 300 sessions, and among few there may be two or three
    expect(healed).toBeLessThanOrEqual(3 + COUNT / 200);
  });
});
