// @vitest-environment jsdom
/** A click below the last block: what one then writes stands behind all that is there. */
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { expect, it, onTestFinished } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { clickBelowPlugin, hearClicksBelow } from "./click-below.ts";
import { schema } from "./schema.ts";
import { newTable } from "./table-commands.ts";

const LAST: Readonly<Record<string, readonly [node: string, type: string, depth: number]>> = {
  code: ["codeBlock", "code", 0],
  divider: ["rule", "divider", 0],
  formula: ["mathBlock", "math", 0],
  picture: ["attachment", "image", 0],
  embed: ["frame", "embed", 0],
  callout: ["block", "callout", 0],
  toggle: ["block", "toggle", 0],
  text: ["block", "paragraph", 0],
  "list item": ["block", "bullet", 0],
};

const node = (name: string, type: string, depth: number) =>
  schema.node(name, { id: newBlockId(), type, depth, props: {} });

/** Such blocks behind a text, in an element of the page; jsdom lays out nothing, so each place is at 0. */
function opened(...blocks: ReturnType<typeof node>[]) {
  const page = document.body.appendChild(document.createElement("main"));
  const doc = schema.node("doc", null, [node("block", "paragraph", 0), ...blocks]);
  const view: EditorView = new EditorView(page, {
    state: EditorState.create({ doc, plugins: [clickBelowPlugin()] }),
  });
  const stop = hearClicksBelow(view, page);
  onTestFinished(() => {
    stop();
    view.destroy();
    page.remove();
  });
  const press = (target: Element, type: string) =>
    target.dispatchEvent(new MouseEvent(type, { bubbles: true, clientY: 400 }));
  return { view, page, press };
}

/** As ProseMirror asks where one clicked. */
function clicked(view: EditorView, target: Element = view.dom, clientY = 400): boolean {
  const event = new MouseEvent("mouseup", { clientY });
  Object.defineProperty(event, "target", { value: target });
  return view.someProp("handleClick", (handle) => handle.call(undefined as never, view, 0, event)) === true;
}

const typesOf = ({ state }: EditorView) =>
  state.doc.children.map(({ attrs }) => `${attrs.depth} ${attrs.type}`);

const isAtEnd = ({ state: { selection, doc } }: EditorView) =>
  selection instanceof TextSelection && selection.from === doc.content.size - 1;

it.each(Object.entries(LAST))("below a last %s", (name, [kind, type, depth]) => {
  const { view } = opened(node(kind, type, depth));
  const before = typesOf(view);
  const isText = name === "text" || name === "list item";
  expect(clicked(view), "where it is text the engine's own caret is right").toBe(!isText);
  expect(typesOf(view)).toEqual(isText ? before : [...before, "0 paragraph"]);
  if (isText) return;
  expect(isAtEnd(view)).toBe(true);
  expect(clicked(view), "a line that waits for words is enough").toBe(false);
  expect(typesOf(view)).toHaveLength(before.length + 1);
});

it("below a last table, and a text in what has a ground or folds", () => {
  const table = newTable(EditorState.create({ schema }), 0, 2, 2);
  for (const blocks of [
    [table],
    [node("block", "toggle", 0), node("block", "paragraph", 1)],
    [node("block", "callout", 0), node("block", "bullet", 1), node("block", "paragraph", 2)],
    [node("block", "bullet", 0), node("codeBlock", "code", 1)],
  ]) {
    const { view } = opened(...blocks);
    expect(clicked(view)).toBe(true);
    expect(typesOf(view).at(-1)).toBe("0 paragraph");
    expect(isAtEnd(view)).toBe(true);
  }
  const { view } = opened(node("block", "bullet", 0), node("block", "bullet", 1));
  expect(clicked(view)).toBe(false);
});

it("is none beside a block, on one, above the end, or where one only reads", () => {
  const { view } = opened(node("codeBlock", "code", 0));
  expect(clicked(view, view.dom.lastElementChild as Element)).toBe(false);
  expect(clicked(view, view.dom, -1)).toBe(false);
  view.setProps({ editable: () => false });
  expect(clicked(view)).toBe(false);
  expect(typesOf(view)).toHaveLength(2);
});

it("counts in the rest of the page, where it began there, too", () => {
  const { view, page, press } = opened(node("codeBlock", "code", 0));
  press(page.appendChild(document.createElement("p")), "mousedown");
  press(page, "click");
  expect(typesOf(view), "what was pressed elsewhere and let go here").toHaveLength(2);
  press(page, "mousedown");
  press(page, "click");
  expect(typesOf(view)).toHaveLength(3);
  expect(view.hasFocus() && isAtEnd(view)).toBe(true);
  view.dispatch(view.state.tr.setSelection(TextSelection.atStart(view.state.doc)));
  press(page, "mousedown");
  press(page, "click");
  expect(typesOf(view)).toHaveLength(3);
  expect(isAtEnd(view)).toBe(true);
});
