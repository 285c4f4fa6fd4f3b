// @vitest-environment jsdom
import { act, createElement, type ReactNode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { HeldClicks } from "./held-clicks.tsx";

let clicked: string[] = [];

function Buttons({ names }: { names: readonly string[] }) {
  return names.map((name) =>
    createElement("button", {
      key: name,
      type: "button",
      "aria-label": name,
      onClick: () => clicked.push(name),
    }),
  );
}

/** What the server would send, with the script's text run as a browser does when it meets it. */
function arrive(node: ReactNode): HTMLElement {
  const place = document.createElement("main");
  const { window } = globalThis;
  vi.stubGlobal("window", undefined);
  const script = renderToString(createElement(HeldClicks, { nonce: "n" }));
  place.innerHTML = renderToString(node);
  vi.stubGlobal("window", window);
  document.body.replaceChildren(place);
  const [, text = ""] = /^<script nonce="n">(.*)<\/script>$/s.exec(script) ?? [];
  expect(text).not.toBe("");
  const add = vi.spyOn(window, "addEventListener");
  new Function(text)();
  const calls = [...add.mock.calls];
  add.mockRestore();
  onTestFinished(() => {
    for (const [type, listener] of calls) window.removeEventListener(type, listener, true);
  });
  return place;
}

const click = (name: string) =>
  document.querySelector<HTMLElement>(`[aria-label="${name}"], #${name}`)?.click();
const draw = async (root: () => Root) => {
  const made = await act(async () => root());
  onTestFinished(() => made.unmount());
  await act(async () => vi.advanceTimersByTimeAsync(500));
};
const hydrate = (place: HTMLElement, node: ReactNode) => draw(() => hydrateRoot(place, node));

beforeEach(() => {
  clicked = [];
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it("brings the last click to its button, once, when React knows it", async () => {
  const node = createElement(Buttons, { names: ["one", "two"] });
  const place = arrive(node);
  click("one");
  click("two");
  click("two");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(clicked).toEqual([]);
  await hydrate(place, node);
  expect(clicked).toEqual(["two"]);
  click("one");
  await vi.advanceTimersByTimeAsync(500);
  expect(clicked, "what React hears by itself comes once").toEqual(["two", "one"]);
});

it.each([
  [
    "goes on by the keyboard",
    () => document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true })),
  ],
  ["clicks elsewhere", () => document.body.click()],
  ["waits for half a minute", () => vi.advanceTimersByTimeAsync(31_000)],
])("forgets the click of who %s", async (_, act) => {
  const node = createElement(Buttons, { names: ["one"] });
  const place = arrive(node);
  click("one");
  await act();
  await hydrate(place, node);
  expect(clicked).toEqual([]);
});

it("leaves to the browser what goes by itself, and to others what they prevented", async () => {
  const onClick = () => clicked.push("send");
  const node = createElement("button", { type: "submit", "aria-label": "send", onClick });
  const place = arrive(node);
  click("send");
  await hydrate(place, node);
  expect(clicked).toEqual([]);
  const other = arrive(createElement(Buttons, { names: ["one"] }));
  other.addEventListener("click", (event) => event.preventDefault(), { once: true });
  click("one");
  await hydrate(other, createElement(Buttons, { names: ["one"] }));
  expect(clicked).toEqual([]);
});

it("clicks the button of the page in whose place the loading page stood", async () => {
  arrive(createElement(Buttons, { names: ["menu"] }));
  click("menu");
  const page = document.createElement("main");
  document.body.replaceChildren(page);
  await vi.advanceTimersByTimeAsync(500);
  await draw(() => {
    const root = createRoot(page);
    root.render(createElement(Buttons, { names: ["other", "menu"] }));
    return root;
  });
  expect(clicked).toEqual(["menu"]);
});
