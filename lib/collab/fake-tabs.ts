/** For tests: the lines between the tabs of one browser. What is said arrives a moment later, as a copy. */
import type { OpenTabLine } from "./tab-channel.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Listener = { readonly name: string; readonly onMessage: (message: unknown) => void };

export class FakeTabs {
  readonly said: { readonly name: string; readonly message: unknown }[] = [];
  readonly listeners = new Set<Listener>();
  #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  readonly open: OpenTabLine = (name, onMessage) => {
    const self: Listener = { name, onMessage };
    this.listeners.add(self);
    const close = () => this.listeners.delete(self);
    return { say: (message) => this.say(name, message, self), close };
  };

  /** By a tab, or by the test in its place. */
  say(name: string, message: unknown, from: Listener | null = null): void {
    const copy: unknown = structuredClone(message);
    this.said.push({ name, message: copy });
    for (const listener of this.listeners) {
      if (listener === from || listener.name !== name) continue;
      this.#clock.after(1, () => {
        if (this.listeners.has(listener)) listener.onMessage(copy);
      });
    }
  }
}
