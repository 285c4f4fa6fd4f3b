/** What stands in the text while a file is on its way; only the person who brings it sees it. */
import { button, element } from "./elements.ts";
import type { Upload, UploadStep } from "./uploads.ts";

export type CardActions = { readonly retry: () => void; readonly drop: () => void };

export class UploadCard {
  readonly dom = element("div", "upload-card");
  readonly #name = element("span", "file-name");
  readonly #words = element("span", "file-about");
  readonly #bar = element("progress");
  readonly #again: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;

  constructor(name: string, actions: CardActions) {
    this.dom.contentEditable = "false";
    this.#name.textContent = name;
    this.#words.setAttribute("role", "status");
    this.#bar.setAttribute("aria-label", `Upload of ${name}`);
    this.#again = button("button", `Try again: ${name}`, "Try again", actions.retry);
    this.#stop = button("button", "", "Cancel", actions.drop);
    const words = element("div", "file-words");
    words.append(this.#name, this.#words, this.#bar);
    this.dom.append(words, this.#again, this.#stop);
  }

  show({ state }: Upload): void {
    this.dom.classList.toggle("refused", state.step === "refused");
    const words = stepInWords(state);
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#bar.hidden = state.step !== "sending";
    if (state.step === "sending") this.#bar.value = state.part;
    this.#again.hidden = state.step !== "waiting" && !(state.step === "refused" && state.canRetry);
    const stop = state.step === "refused" ? "Remove" : "Cancel";
    this.#stop.textContent = stop;
    this.#stop.setAttribute("aria-label", `${stop} ${this.#name.textContent}`);
  }
}

export function stepInWords(state: UploadStep): string {
  switch (state.step) {
    case "preparing":
      return "Reading the file…";
    case "queued":
      return "Waits for its turn…";
    case "sending":
      return "Uploading. The others see it once it is stored.";
    case "waiting":
      return navigator.onLine
        ? "The file did not reach the server. It is kept in this page and sent again by itself; leave the page open."
        : "There is no connection. The file is kept in this page and goes out when you are back; leave the page open.";
    case "refused":
      return state.sentence;
  }
}
