/** Others' carets as elements over the text, drawn by hand: one moves at each key that somebody presses. */
import type { PersonHere } from "../../lib/collab/people.ts";

/** In pixels of the layer. */
export type Box = { left: number; top: number; width: number; height: number };
export type Caret = Box & {
  person: PersonHere;
  selection: Box[];
  /** Milliseconds since the epoch. */
  moved: number;
  isNamed: boolean;
  /** The name stands to the left of the caret. */
  flips: boolean;
};

type Drawn = { caret: Caret; readonly element: HTMLElement; readonly bar: HTMLElement };

export class CaretLayer {
  readonly #layer: HTMLElement;
  readonly #drawn = new Map<string, Drawn>();

  constructor(layer: HTMLElement) {
    this.#layer = layer;
  }

  draw(carets: readonly Caret[]): void {
    const here = new Set(carets.map(({ person }) => person.sessionId));
    for (const [who, { element }] of this.#drawn) {
      if (here.has(who)) continue;
      element.remove();
      this.#drawn.delete(who);
    }
    for (const caret of carets) {
      const drawn = this.#drawn.get(caret.person.sessionId);
      if (!drawn) this.#add(caret);
      else {
        // most keys move none of them
        if (!isSameCaret(drawn.caret, caret)) show(drawn, caret);
        drawn.caret = caret;
      }
    }
  }

  /** Takes all away. */
  clear(): void {
    this.draw([]);
  }

  #add(caret: Caret): void {
    const element = document.createElement("span");
    const bar = element.appendChild(document.createElement("span"));
    const drawn = { caret, element, bar };
    show(drawn, caret);
    this.#drawn.set(caret.person.sessionId, drawn);
    this.#layer.append(element);
  }
}

function isSameCaret(a: Caret, b: Caret): boolean {
  return (
    isSameBox(a, b) &&
    a.isNamed === b.isNamed &&
    a.flips === b.flips &&
    a.person.name === b.person.name &&
    a.person.color === b.person.color &&
    a.selection.length === b.selection.length &&
    a.selection.every((box, i) => isSameBox(box, b.selection[i] as Box))
  );
}

const isSameBox = (a: Box, b: Box): boolean =>
  a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;

function show({ element, bar }: Drawn, { person, selection, isNamed, flips, ...box }: Caret): void {
  element.dataset.person = String(person.color);
  bar.className = flips ? "remote flips" : "remote";
  bar.dataset.remoteCursor = person.name;
  bar.style.left = `${box.left}px`;
  bar.style.top = `${box.top}px`;
  bar.style.height = `${box.height}px`;
  if (!isNamed) bar.replaceChildren();
  else if (bar.textContent !== person.name) bar.replaceChildren(flagOf(person.name));
  if (element.childElementCount > 1 || selection.length > 0)
    element.replaceChildren(...selection.map(selectionOf), bar);
}

function flagOf(name: string): HTMLElement {
  const flag = document.createElement("span");
  flag.className = "flag";
  flag.textContent = name;
  return flag;
}

function selectionOf({ left, top, width, height }: Box): HTMLElement {
  const mark = document.createElement("i");
  mark.className = "remote-selection";
  mark.style.cssText = `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
  return mark;
}
