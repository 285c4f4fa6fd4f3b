// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import type { PersonHere } from "../../lib/collab/people.ts";
import { type Caret, CaretLayer } from "./caret-layer.ts";

const person = (sessionId: string, name = sessionId): PersonHere => ({
  ...{ sessionId, name, userId: null, color: 3, isSelf: false, cursor: null, blockId: null, typing: false },
});
const caret = (who: PersonHere, left: number, more: Partial<Caret> = {}): Caret => ({
  ...{
    person: who,
    left,
    top: 5,
    width: 0,
    height: 20,
    selection: [],
    moved: 0,
    isNamed: false,
    flips: false,
  },
  ...more,
});

describe("others' carets", () => {
  let root: HTMLElement;
  let layer: CaretLayer;
  const bars = () => [...root.querySelectorAll<HTMLElement>("[data-remote-cursor]")];
  beforeEach(() => {
    root = document.createElement("div");
    layer = new CaretLayer(root);
  });

  it("come, move and go, each as the element that it was", () => {
    const [ada, bob] = [person("ada"), person("bob")];
    layer.draw([caret(ada, 10), caret(bob, 20)]);
    const [first, second] = bars();
    expect(
      bars().map(({ dataset, style }) => [dataset.remoteCursor, style.left, style.top, style.height]),
    ).toEqual([
      ["ada", "10px", "5px", "20px"],
      ["bob", "20px", "5px", "20px"],
    ]);
    expect(first?.parentElement?.dataset.person).toBe("3");
    layer.draw([caret(ada, 30, { flips: true }), caret(bob, 20)]);
    expect(bars()).toEqual([first, second]);
    expect([first?.style.left, first?.className]).toEqual(["30px", "remote flips"]);
    layer.draw([caret(bob, 20)]);
    expect(bars()).toEqual([second]);
    layer.clear();
    expect(root.childElementCount).toBe(0);
  });

  it("show a name for as long as it is to be shown, and the name as it is now", () => {
    layer.draw([caret(person("ada"), 1, { isNamed: true })]);
    expect(root.querySelector(".flag")?.textContent).toBe("ada");
    layer.draw([caret(person("ada", "Ada L."), 1, { isNamed: true })]);
    expect(root.querySelector(".flag")?.textContent).toBe("Ada L.");
    layer.draw([caret(person("ada", "Ada L."), 1)]);
    expect(root.querySelector(".flag")).toBeNull();
  });

  it("carry their selection, and lose it", () => {
    const boxes = [
      { left: 1, top: 2, width: 3, height: 4 },
      { left: 5, top: 6, width: 7, height: 8 },
    ];
    layer.draw([caret(person("ada"), 1, { selection: boxes })]);
    const drawn = () =>
      [...root.querySelectorAll<HTMLElement>(".remote-selection")].map(({ style }) => style.left);
    expect(drawn()).toEqual(["1px", "5px"]);
    expect(bars().length).toBe(1);
    layer.draw([caret(person("ada"), 1, { selection: boxes.slice(1) })]);
    expect(drawn()).toEqual(["5px"]);
    layer.draw([caret(person("ada"), 1)]);
    expect(drawn()).toEqual([]);
  });

  it("are not touched while nothing of theirs changes", async () => {
    const ada = caret(person("ada"), 1, {
      isNamed: true,
      selection: [{ left: 1, top: 2, width: 3, height: 4 }],
    });
    layer.draw([ada]);
    const seen: MutationRecord[] = [];
    const observer = new MutationObserver((records) => void seen.push(...records));
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    layer.draw([{ ...ada, moved: 7 }]);
    expect([...seen, ...observer.takeRecords()]).toEqual([]);
  });
});
