import { describe, expect, it } from "vitest";
import { schema } from "../../lib/editor/schema.ts";
import { WordCounter } from "./count-words.ts";

const paragraph = (text: string) => schema.node("block", {}, text === "" ? [] : [schema.text(text)]);
const documentOf = (...texts: string[]) => schema.topNodeType.create(null, texts.map(paragraph));

describe("words", () => {
  it("are counted in every block, in cells of tables, too, and not across blocks", () => {
    const cell = schema.node("tableCell", {}, [schema.text("two cells")]);
    const table = schema.node("table", {}, [schema.node("tableRow", {}, [cell])]);
    const doc = schema.topNodeType.create(null, [
      paragraph("One, two"),
      paragraph(""),
      table,
      paragraph("x"),
    ]);
    expect(new WordCounter().count(doc, () => false)).toBe(5);
  });

  it("go on being counted where time ran out, and only where something changed", () => {
    const counter = new WordCounter();
    const doc = documentOf("a b", "c d", "e f");
    const asked = [false, true];
    expect(counter.count(doc, () => asked.shift() ?? true)).toBeNull();
    expect(counter.count(doc, () => false)).toBe(6);
    const late = () => true;
    expect(counter.count(doc, late)).toBe(6);
    const changed = schema.topNodeType.create(null, [...doc.children.slice(0, 2), paragraph("e f g")]);
    expect(counter.count(changed, late)).toBeNull();
    expect(counter.count(changed, () => false)).toBe(7);
  });
});
