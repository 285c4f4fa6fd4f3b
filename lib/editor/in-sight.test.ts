// @vitest-environment jsdom
import type { EditorView } from "@tiptap/pm/view";
import { expect, it, vi } from "vitest";
import { scrollToElement } from "./in-sight.ts";

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
