// @vitest-environment jsdom
import type { EditorView } from "@tiptap/pm/view";
import { expect, it, vi } from "vitest";
import { onOpenFind, openFind } from "./open-find.ts";

const newView = () => ({ dom: document.createElement("div") }) as unknown as EditorView;

it("opens the bar each time, as long as it listens", () => {
  const [view, open] = [newView(), vi.fn()];
  const stop = onOpenFind(view, open);
  expect(open).not.toHaveBeenCalled();
  openFind(view);
  openFind(view);
  expect(open).toHaveBeenCalledTimes(2);
  stop();
  openFind(view);
  expect(open).toHaveBeenCalledTimes(2);
});

it("opens the bar whose code comes behind the click, once, and in that document alone", () => {
  const [view, open] = [newView(), vi.fn()];
  openFind(view);
  openFind(view);
  onOpenFind(newView(), open);
  expect(open).not.toHaveBeenCalled();
  onOpenFind(view, open)();
  expect(open).toHaveBeenCalledTimes(1);
  onOpenFind(view, open);
  expect(open).toHaveBeenCalledTimes(1);
});

it.each(["keydown", "pointerdown"])("opens no bar for who went on by then: %s", (type) => {
  const [view, open] = [newView(), vi.fn()];
  openFind(view);
  window.dispatchEvent(new Event(type));
  onOpenFind(view, open);
  expect(open).not.toHaveBeenCalled();
});
