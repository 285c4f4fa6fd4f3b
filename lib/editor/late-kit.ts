/**
 * What only some blocks need, and no key of a text: its code comes behind the text, or as soon as such a block is drawn.
 * Its plugins have their places among the others from the start and do nothing there until then, as a state that is
 * configured anew draws its whole document; how such blocks look meanwhile is in late-view.ts.
 */
import { Plugin, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { readPage } from "./read-page.ts";

const ASK_AGAIN_MS = 2_000;

type View = ReturnType<NonNullable<Plugin["spec"]["view"]>>;
type Slot<Kit> = { readonly fill: (kit: Kit) => void; readonly open: (view: EditorView) => void };
type SlotNeeds<State> = {
  /** Where others ask for the state of the plugin. */
  readonly key?: PluginKey<State>;
  /** What it listens to that the engine itself does not. */
  readonly events?: readonly string[];
};

/** A plugin that has a state takes the key of its place. */
type MakePlugin<Kit, State> = (kit: Kit, key: PluginKey<State>) => Plugin<State>;

export type LateDoors<Kit> = {
  /** Rejects where the code cannot be had just now. What it gives makes the kit of this editor. */
  readonly load: () => Promise<() => Kit>;
  /** Called once, when the code of something that a person sees or asked for cannot be had. */
  readonly onMissing: () => void;
};

/** One for each editor. */
export class LateKit<Kit> {
  kit: Kit | null = null;
  readonly #arrival = Promise.withResolvers<Kit>();
  /** Once it is here and its plugins have begun. */
  readonly arrived = this.#arrival.promise;
  readonly #doors: LateDoors<Kit>;
  readonly #slots: Slot<Kit>[] = [];
  readonly #waiting = new Set<(kit: Kit) => void>();
  #view: EditorView | null = null;
  #isAsked = false;
  #isFilled = false;
  #isClosed = false;
  #isTold = false;

  constructor(doors: LateDoors<Kit>) {
    this.#doors = doors;
  }

  /** Asks for it until it is here. */
  readonly ask = (): void => {
    if (this.#isAsked || this.#isClosed) return;
    this.#isAsked = true;
    this.#doors.load().then(
      (open) => {
        if (this.#isClosed) return;
        this.kit = open();
        this.#settle();
      },
      () => {
        this.#isAsked = false;
        if (!this.#isClosed && !this.#isTold && this.#waiting.size > 0) {
          this.#isTold = true;
          this.#doors.onMissing();
        }
        setTimeout(this.ask, ASK_AGAIN_MS);
      },
    );
  };

  /** At once where it is here; else it is asked for. Gives the way to wait no longer. */
  whenHere(use: (kit: Kit) => void): () => void {
    if (this.kit) {
      use(this.kit);
      return () => undefined;
    }
    this.#waiting.add(use);
    this.ask();
    return () => void this.#waiting.delete(use);
  }

  /** A place among an editor's plugins for one that comes with the kit. */
  slot<State>(make: MakePlugin<Kit, State>, needs: SlotNeeds<State> = {}): Plugin {
    const { key = new PluginKey<State>("late"), events = [] } = needs;
    let inner: Plugin<State> | null = null;
    let drawn: View | null = null;
    const field = () => inner?.spec.state;
    const slot: Plugin = new Plugin<State | null>({
      key: key as PluginKey<State | null>,
      state: {
        init: (config, state) => field()?.init(config, state) ?? null,
        apply: (tr, value, before, state) => {
          if (value === null) return field()?.init({}, state) ?? null;
          return field()?.apply.call(inner as Plugin<State>, tr, value, before, state) ?? null;
        },
      },
      props: { handleDOMEvents: Object.fromEntries(events.map((name) => [name, () => false])) },
      view: (view) => {
        this.#view = view;
        drawn = inner?.spec.view?.(view) ?? null;
        // not while the view is being made
        queueMicrotask(() => this.#settle());
        return {
          update: (now, before) => drawn?.update?.(now, before),
          destroy: () => drawn?.destroy?.(),
        };
      },
    });
    this.#slots.push({
      fill: (kit) => {
        inner = make(kit, key);
        // a view asks each plugin for its props anew
        Object.assign(slot.props, inner.props);
      },
      open: (view) => {
        drawn = inner?.spec.view?.(view) ?? null;
      },
    });
    return slot;
  }

  destroy(): void {
    this.#isClosed = true;
    this.#waiting.clear();
  }

  /** Once there is a kit and a view: one transaction, that changes nothing, lets the plugins begin. */
  #settle(): void {
    const view = this.#view;
    if (!this.kit || !view || view.isDestroyed || this.#isClosed) return;
    if (!this.#isFilled) {
      this.#isFilled = true;
      for (const slot of this.#slots) slot.fill(this.kit);
      readPage(view);
      view.dispatch(view.state.tr);
      for (const slot of this.#slots) slot.open(view);
      this.#arrival.resolve(this.kit);
    }
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const use of waiting) use(this.kit);
  }
}

/** What may wait for a kit sees this of it. */
export type Late<Kit> = Pick<LateKit<Kit>, "kit" | "whenHere">;
