/**
 * The picture of a formula: drawn by an engine that is loaded with the first one in sight, a moment after the last key;
 * the source keeps its room until then.
 * What cannot be drawn is said in a sentence; the source is the document's and is never touched.
 */
import { element } from "./elements.ts";

/** Draws into an empty element. Throws a `NotMaths` that says why not. */
export type DrawMaths = (source: string, isBlock: boolean, into: HTMLElement) => void;
/** Null when the engine cannot be had. */
export type LoadMaths = () => Promise<DrawMaths | null>;

/** The message is a sentence for the person who writes the formula. */
export class NotMaths extends Error {}

const REST_MS = 120;

export class MathPicture {
  readonly dom: HTMLElement;
  readonly #load: LoadMaths;
  readonly #isBlock: boolean;
  readonly #onFailed: (failed: boolean) => void;
  #source: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isGone = false;

  constructor(load: LoadMaths, isBlock: boolean, onFailed: (failed: boolean) => void) {
    this.#load = load;
    this.#isBlock = isBlock;
    this.#onFailed = onFailed;
    this.dom = element(isBlock ? "div" : "span", "math-picture");
    this.dom.contentEditable = "false";
  }

  /** The first time at once. */
  show(source: string): void {
    if (source === this.#source) return;
    const isFirst = this.#source === null;
    this.#source = source;
    clearTimeout(this.#timer);
    if (isFirst) {
      const waiting = element("code", "", source);
      waiting.setAttribute("aria-hidden", "true");
      this.dom.replaceChildren(waiting);
      void this.#draw(source);
    } else this.#timer = setTimeout(() => void this.#draw(source), REST_MS);
  }

  destroy(): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
  }

  async #draw(source: string): Promise<void> {
    if (source.trim() === "")
      return this.#say(this.#isBlock ? "Write a formula, such as a^2 + b^2 = c^2" : "");
    const draw = await this.#load();
    if (this.#isGone || source !== this.#source) return;
    if (!draw) return this.#say("Formulas cannot be drawn just now. What is written is kept.");
    const drawn = element("span", "math-drawn");
    drawn.setAttribute("aria-hidden", "true"); // what it says is beside it
    try {
      draw(source, this.#isBlock, drawn);
    } catch (error) {
      if (!(error instanceof NotMaths)) throw error;
      return this.#say(error.message);
    }
    this.dom.replaceChildren(drawn);
    this.#onFailed(false);
    if (this.#isBlock) this.#letScroll();
  }

  /** A wide one is reached by keys, too. */
  #letScroll(): void {
    const isWide = this.dom.scrollWidth > this.dom.clientWidth;
    this.dom.tabIndex = isWide ? 0 : -1;
    this.dom.setAttribute("role", isWide ? "group" : "presentation");
    if (isWide) this.dom.setAttribute("aria-label", "Wide formula");
    else this.dom.removeAttribute("aria-label");
  }

  #say(sentence: string, className = "math-problem"): void {
    const said = element("span", className, sentence);
    said.setAttribute("role", "status");
    this.dom.replaceChildren(said);
    this.#onFailed(true);
  }
}
