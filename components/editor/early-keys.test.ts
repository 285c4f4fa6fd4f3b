// @vitest-environment jsdom
import type { EditorView } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import { giveHeldKey, holdToolKeys } from "./early-keys.ts";

const MENU = { key: "/", ctrlKey: true };
const LINK = { key: "K", ctrlKey: true, shiftKey: true };

/** What the tools hear once they are here, after `before` was done without them. */
function heard(before: (dom: HTMLElement) => void, { takes = false } = {}): string[] {
  const dom = document.createElement("div");
  // the editor itself, which takes the toolbar's keys where text is chosen
  dom.addEventListener("keydown", (event) => takes && event.preventDefault());
  const view = { dom } as unknown as EditorView;
  holdToolKeys(view);
  before(dom);
  const keys: string[] = [];
  dom.addEventListener("keydown", ({ key, ctrlKey }) => keys.push(`${ctrlKey ? "Ctrl+" : ""}${key}`));
  giveHeldKey(view);
  giveHeldKey(view);
  return keys;
}

const press = (dom: HTMLElement, init: KeyboardEventInit) =>
  dom.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }));

describe("a key for tools that are not here yet", () => {
  it("is given again once they are, and not twice", () => {
    expect(heard((dom) => press(dom, MENU))).toEqual(["Ctrl+/"]);
    expect(heard((dom) => press(dom, LINK), { takes: true })).toEqual(["Ctrl+K"]);
  });

  it("is kept from the browser, and goes on standing while a key is only held down", () => {
    const given = heard((dom) => {
      expect(press(dom, MENU)).toBe(false);
      press(dom, { key: "Shift", shiftKey: true });
    });
    expect(given).toEqual(["Ctrl+/"]);
  });

  it("is forgotten where something else was done meanwhile", () => {
    const others = [
      (dom: HTMLElement) => press(dom, { key: "a" }),
      (dom: HTMLElement) => dom.dispatchEvent(new Event("pointerdown")),
      (dom: HTMLElement) => dom.dispatchEvent(new FocusEvent("blur")),
    ];
    for (const other of others)
      expect(
        heard((dom) => {
          press(dom, MENU);
          other(dom);
        }),
      ).toEqual([]);
  });

  it("is none where the editor had nothing to do with it, or an input method writes", () => {
    expect(heard((dom) => press(dom, LINK))).toEqual([]);
    expect(heard((dom) => press(dom, { ...MENU, isComposing: true }))).toEqual([]);
    expect(heard((dom) => press(dom, { key: "Enter" }), { takes: true })).toEqual([]);
  });
});
