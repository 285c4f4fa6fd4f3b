// @vitest-environment jsdom
import { EditorState } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { expect, it } from "vitest";
import { schema } from "../../lib/editor/schema.ts";
import { chooseByDrag } from "./choose-by-drag.ts";

it("takes the focus where one clicks, and leaves it alone when it is stopped later", () => {
  document.body.innerHTML = '<div tabindex="-1"><input><div></div></div>';
  const [around, title, page] = document.querySelectorAll<HTMLElement>("body *");
  if (!around || !title || !page) throw new Error("no page");
  const doc = schema.node("doc", null, [schema.node("block")]);
  const view = new EditorView(page, { state: EditorState.create({ doc }) });
  view.posAtCoords = () => null;
  const stop = chooseByDrag(view, page);
  const press = Object.assign(new MouseEvent("pointerdown", { bubbles: true }), { pointerType: "mouse" });
  title.focus();
  page.dispatchEvent(press);
  window.dispatchEvent(new MouseEvent("pointerup"));
  expect(document.activeElement).toBe(around);
  title.focus();
  stop();
  expect(document.activeElement).toBe(title);
});
