// @vitest-environment jsdom
import type { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, vi } from "vitest";
import { scrollToElement, standsClear } from "./in-sight.ts";

/** An element out of sight, whose surroundings grow at each scroll; counts the scrolls. */
function farAway() {
  const element = document.createElement("p");
  element.getBoundingClientRect = () => new DOMRect(0, 5_000, 100, 20);
  let scrolls = 0;
  element.scrollIntoView = () => void scrolls++;
  return { element, scrolls: () => scrolls };
}

const view = { isDestroyed: false } as EditorView;
const frame = () => new Promise((done) => requestAnimationFrame(done));

it("scrolls again while heights become real, and no more once somebody acts", async () => {
  const { element, scrolls } = farAway();
  scrollToElement(view, () => element);
  await vi.waitFor(() => expect(scrolls()).toBeGreaterThan(2));
  window.dispatchEvent(new Event("wheel"));
  const then = scrolls();
  for (let at = 0; at < 6; at++) await frame();
  expect(scrolls()).toBe(then);

  const whole = farAway();
  scrollToElement(view, () => whole.element);
  await vi.waitFor(() => expect(whole.scrolls()).toBe(9));
  for (let at = 0; at < 6; at++) await frame();
  expect(whole.scrolls()).toBe(9);
});

describe("a caret", () => {
  const clear = { top: 64, right: 0, bottom: 96, left: 0 };
  function viewIn(scroller: DOMRect, top: number, type = "block") {
    const desk = document.createElement("div");
    desk.style.overflowY = "auto";
    desk.getBoundingClientRect = () => scroller;
    const dom = desk.appendChild(document.createElement("div"));
    return {
      dom,
      state: { selection: { $head: { pos: 1, depth: 1, parent: { type: { name: type } } } } },
      coordsAtPos: () => ({ left: 100, right: 100, top, bottom: top + 20 }),
      someProp: () => clear,
    } as unknown as EditorView;
  }
  const desk = new DOMRect(0, 100, 600, 500);

  it("stands clear between the edges of the window and of what scrolls, and nowhere else", () => {
    const tops = [50, 100, 163, 164, 484, 485, 590, 700];
    const found = tops.map((top) => standsClear(viewIn(desk, top)));
    expect(found).toEqual([false, false, false, true, true, false, false, false]);
    // the window ends before what scrolls does
    const long = new DOMRect(0, -5_000, 600, 10_000);
    const atEdge = window.innerHeight - 96 - 20;
    expect([atEdge, atEdge + 1].map((top) => standsClear(viewIn(long, top)))).toEqual([true, false]);
  });

  it("of code, which scrolls by itself, is always looked at, and so is one that is not drawn", () => {
    expect(standsClear(viewIn(desk, 300, "codeBlock"))).toBe(false);
    const hidden = { ...viewIn(desk, 300), coordsAtPos: () => ({ left: 0, right: 0, top: 0, bottom: 0 }) };
    expect(standsClear(hidden as unknown as EditorView)).toBe(false);
  });
});
