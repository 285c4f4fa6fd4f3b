import { EditorState, Selection, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { schema } from "./schema.ts";
import { selectWider } from "./select-wider.ts";
import { stayAtStart, stepAcross, stepLine, toStart } from "./step-line.ts";
import { newTable } from "./table-commands.ts";

const block = (type: "block" | "codeBlock", text: string) =>
  schema.node(
    type,
    {
      id: newBlockId(),
      type: type === "codeBlock" ? "code" : text.startsWith("[]") ? "task" : "paragraph",
      depth: 0,
      props: {},
    },
    text ? schema.text(text.replace("[]", "")) : [],
  );

/** A document of lines, of a table of 2 rows and columns with letters for "table", of code for what begins with a tick. */
class Desk {
  state: EditorState;

  constructor(...lines: string[]) {
    const blank = EditorState.create({ schema });
    const nodes = lines.map((line) =>
      line === "table"
        ? newTable(blank, 0, 2, 2)
        : block(line.startsWith("`") ? "codeBlock" : "block", line.replace("`", "")),
    );
    this.state = EditorState.create({ doc: schema.node("doc", null, nodes) });
    const cells: number[] = [];
    this.state.doc.descendants((node, pos) => {
      if (node.type.name === "tableCell") cells.push(pos + 1);
    });
    const { tr } = this.state;
    for (const [index, at] of cells.entries()) tr.insertText("abcd".charAt(index), tr.mapping.map(at));
    this.state = this.state.apply(tr);
  }

  at(words: string): this {
    this.state.doc.descendants((node, pos) => {
      if (!node.isTextblock || node.textContent !== words) return;
      const selection = TextSelection.create(this.state.doc, pos + 1 + node.content.size);
      this.state = this.state.apply(this.state.tr.setSelection(selection));
    });
    return this;
  }

  /** Where the caret is after the key; "-": the key is left to the browser. */
  step(by: -1 | 1): string {
    const isTaken = stepLine(by)(this.state, (tr) => {
      this.state = this.state.apply(tr);
    });
    return isTaken ? this.state.selection.$head.parent.textContent || "new" : "-";
  }

  /** The same of ArrowLeft at the start of a text and ArrowRight at its end. */
  across(by: -1 | 1): string {
    const { $head } = this.state.selection;
    const edge = TextSelection.create(this.state.doc, by < 0 ? $head.start() : $head.end());
    this.state = this.state.apply(this.state.tr.setSelection(edge));
    const isTaken = stepAcross(by)(this.state, (tr) => {
      this.state = this.state.apply(tr);
    });
    return isTaken ? this.state.selection.$head.parent.textContent : "-";
  }

  wider(): string {
    selectWider(this.state, (tr) => {
      this.state = this.state.apply(tr);
    });
    const { from, to } = this.state.selection;
    return this.state.doc.textBetween(from, to, " ", " ").trim();
  }
}

describe("ArrowUp and ArrowDown", () => {
  it("go to the cell above and below, and out of the table from its first and last row", () => {
    const desk = new Desk("top", "table", "end");
    expect([desk.at("b").step(1), desk.step(1)]).toEqual(["d", "end"]);
    expect([desk.at("c").step(-1), desk.step(-1)]).toEqual(["a", "top"]);
    expect(desk.step(-1)).toBe("-");
  });

  it("go into a table by its first and its last row", () => {
    const desk = new Desk("top", "table", "end");
    expect([desk.at("top").step(1), desk.at("end").step(-1)]).toEqual(["a", "c"]);
    expect([desk.at("top").step(-1), desk.at("end").step(1)]).toEqual(["-", "-"]);
  });

  it("stay in a table that comes first, and make a line behind one that comes last", () => {
    const desk = new Desk("table");
    expect([desk.at("b").step(-1), desk.state.selection.$head.parentOffset]).toEqual(["b", 0]);
    expect([desk.at("c").step(1), desk.state.doc.childCount]).toEqual(["new", 2]);
  });

  it("make a line behind code that comes last, and leave what is below other code to the browser", () => {
    const desk = new Desk("top", "`code");
    expect([desk.at("code").step(-1), desk.step(-1)]).toEqual(["top", "-"]);
    desk.at("code");
    expect([desk.step(1), desk.state.doc.childCount]).toEqual(["new", 3]);
    expect(desk.at("code").step(1)).toBe("-");
  });

  it("and those to the left and to the start stay in code that comes first", () => {
    const desk = new Desk("`code", "end");
    expect([desk.at("code").step(-1), desk.state.selection.head]).toEqual(["code", 1]);
    expect(stayAtStart(desk.state)).toBe(true);
    expect(stayAtStart(desk.at("code").state)).toBe(false);
    for (const isChosen of [false, true]) {
      const { anchor } = desk.at("end").state.selection;
      toStart(isChosen)(desk.state, (tr) => {
        desk.state = desk.state.apply(tr);
      });
      const { selection } = desk.state;
      expect([selection.anchor, selection.head]).toEqual([isChosen ? anchor : 1, 1]);
    }
    expect(toStart(false)(new Desk("top", "`code").state)).toBe(false);
  });

  it("go up from a task to the block above, and from cell to cell across", () => {
    const desk = new Desk("top", "[]do", "table");
    expect([desk.at("do").step(-1), desk.at("do").step(1)]).toEqual(["top", "a"]);
    expect([desk.across(1), desk.across(1), desk.across(1), desk.across(1)]).toEqual(["b", "c", "d", "-"]);
    expect([desk.at("top").across(1), desk.at("top").across(-1)]).toEqual(["-", "-"]);
    const code = new Desk("top", "`code");
    code.state = code.state.apply(code.state.tr.setSelection(TextSelection.create(code.state.doc, 6)));
    expect([code.across(-1), code.state.selection.head]).toEqual(["top", 4]);
  });

  it("leave a selection to the browser", () => {
    const desk = new Desk("table");
    desk.state = desk.state.apply(desk.state.tr.setSelection(Selection.atStart(desk.state.doc)));
    desk.wider();
    expect(desk.step(1)).toBe("-");
  });
});

describe("Mod-A", () => {
  it("takes the cell, then the table, then the document", () => {
    const desk = new Desk("top", "table", "end").at("b");
    expect([desk.wider(), desk.wider(), desk.wider()]).toEqual([
      "b",
      "a b c d",
      expect.stringMatching(/^top.*end$/),
    ]);
  });

  it("takes the table from an empty cell", () => {
    const desk = new Desk("top", "table", "end").at("b");
    const { $head } = desk.state.selection;
    desk.state = desk.state.apply(desk.state.tr.delete($head.start(), $head.end()));
    expect(desk.wider().replaceAll(" ", "")).toBe("acd");
  });

  it("takes the code, then the document; elsewhere the document at once", () => {
    const desk = new Desk("top", "`code", "end").at("code");
    expect([desk.wider(), desk.wider()]).toEqual(["code", "top code end"]);
    expect(desk.at("top").wider()).toBe("top code end");
    expect(new Desk("top", "`").at("").wider()).toBe("top");
  });
});
