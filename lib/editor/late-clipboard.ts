/**
 * The clipboard (clipboard.ts), whose code comes behind the text. What is pasted or dropped before is kept with the
 * place where it belongs, which moves with the text, and is done there as soon as the code is here; the caret stays
 * where it is by then. What is copied before is as the engine writes it.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin, PluginKey, type Selection, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { Mappable } from "@tiptap/pm/transform";
import type { EditorView } from "@tiptap/pm/view";

export type LateClipboard = {
  /** When it may come by itself. */
  readonly soon: () => Promise<void>;
  /** Rejects where it cannot be had just now. */
  readonly load: () => Promise<Plugin>;
  /** Says that something waits for a connection. */
  readonly onWaiting: () => void;
};

const ASK_AGAIN_MS = 2_000;

type Place = { readonly from: number; readonly to: number };
type Held = Place & {
  /** With Shift: as plain text. */
  readonly isPlain: boolean;
  /** The same again: an event's data is gone with it. */
  readonly event: Event;
};
/** For a paste that is here but still being read. */
type Kept = Place & { readonly of: symbol };
type Waiting = {
  readonly held: readonly Held[];
  readonly kept: readonly Kept[];
  /** While a paste is done: what waits at its place stands behind it. */
  readonly isPasting: boolean;
  /** Where the selection is, while a paste is done elsewhere. */
  readonly caret: Place | null;
};

const heldKey = new PluginKey<Waiting>("held");
const waitingIn = (view: EditorView): Waiting => heldKey.getState(view.state) ?? NOTHING;
const NOTHING: Waiting = { held: [], kept: [], isPasting: false, caret: null };

export function lateClipboard(doors: LateClipboard): Plugin<Waiting> {
  let isPlain = false;
  const hear = (_view: EditorView, { shiftKey }: KeyboardEvent) => {
    isPlain = shiftKey;
  };
  const hold = (view: EditorView, event: Event, again: Event | null): boolean => {
    if (!again || !view.editable) return false;
    event.preventDefault();
    const { from, to } = view.state.selection;
    const held = [...waitingIn(view).held, { from, to, isPlain, event: again }];
    view.dispatch(view.state.tr.setMeta(heldKey, { held }));
    late.ask(view);
    return true;
  };
  const plugin: Plugin<Waiting> = new Plugin<Waiting>({
    key: heldKey,
    state: { init: () => NOTHING, apply: follow },
    props: {
      handleDOMEvents: {
        keydown: hear,
        keyup: hear,
        paste: (view, event) => hold(view, event, pasteAgain(event)),
        drop: (view, event) => view.dragging === null && hold(view, event, dropAgain(event)),
      },
    },
    view(view) {
      void doors.soon().then(() => late.ask(view));
      return { update: (now, before) => late.view?.update?.(now, before) };
    },
  });
  const late = new LateCode(plugin, doors);
  return plugin;
}

class LateCode {
  view: ReturnType<NonNullable<Plugin["spec"]["view"]>> | null = null;
  readonly #plugin: Plugin;
  readonly #doors: LateClipboard;
  #isAsked = false;

  constructor(plugin: Plugin, doors: LateClipboard) {
    this.#plugin = plugin;
    this.#doors = doors;
  }

  ask(view: EditorView): void {
    if (this.#isAsked || view.isDestroyed) return;
    this.#isAsked = true;
    this.#doors.load().then(
      (code) => {
        if (view.isDestroyed) return;
        // a view asks each plugin for its props anew
        Object.assign(this.#plugin.props, code.props);
        this.view = code.spec.view?.(view) ?? null;
        bringHeld(view);
      },
      () => {
        this.#isAsked = false;
        if (!view.isDestroyed && waitingIn(view).held.length > 0) this.#doors.onWaiting();
        setTimeout(() => this.ask(view), ASK_AGAIN_MS);
      },
    );
  }
}

/** What was typed behind a paste stays behind it. */
function follow(tr: Transaction, waiting: Waiting): Waiting {
  const told: Partial<Waiting> | undefined = tr.getMeta(heldKey);
  const moved = tr.docChanged ? moveAll(waiting, tr.mapping) : waiting;
  return told ? { ...moved, ...told } : moved;
}

function moveAll({ held, kept, isPasting, caret }: Waiting, mapping: Mappable): Waiting {
  const side = isPasting ? 1 : -1;
  const move = <One extends Place>(one: One): One => {
    const from = mapping.map(one.from, side);
    return { ...one, from, to: Math.max(from, mapping.map(one.to, side)) };
  };
  return {
    held: held.map(move),
    kept: kept.map(move),
    isPasting,
    caret: caret && { from: mapping.map(caret.from), to: mapping.map(caret.to) },
  };
}

/** Each at its place, in their order. */
function bringHeld(view: EditorView): void {
  for (let { held } = waitingIn(view); held[0]; { held } = waitingIn(view)) {
    const [one, ...rest] = held;
    const place = one.event.type === "paste" ? one : view.state.selection;
    pasteAt(view, place, { held: rest }, () => {
      if (one.isPlain) view.dom.dispatchEvent(shift("keydown"));
      view.dom.dispatchEvent(one.event);
      if (one.isPlain) view.dom.dispatchEvent(shift("keyup"));
    });
  }
}

/** Keeps the place of a paste that is still to be read; what it gives does the paste there. */
export function keepPlace(view: EditorView): (paste: () => void) => void {
  const { selection, tr } = view.state;
  const { from, to } = selection;
  const of = Symbol();
  view.dispatch(tr.setMeta(heldKey, { kept: [...waitingIn(view).kept, { from, to, of }] }));
  return (paste) => {
    const { kept } = waitingIn(view);
    const place = kept.find((one) => one.of === of) ?? view.state.selection;
    pasteAt(view, place, { kept: kept.filter((one) => one.of !== of) }, paste);
  };
}

/** The caret stays where it is, and in sight. */
function pasteAt(view: EditorView, { from, to }: Place, told: Partial<Waiting>, paste: () => void): void {
  const { selection, tr } = view.state;
  const isElsewhere = selection.from !== from || selection.to !== to;
  const { anchor, head } = selection;
  const before = isElsewhere ? { from: anchor, to: head } : null;
  tr.setMeta(heldKey, { ...told, isPasting: true, caret: before });
  if (isElsewhere) tr.setSelection(between(tr.doc, from, to));
  view.dispatch(tr);
  paste();
  const { caret } = waitingIn(view);
  const back = view.state.tr.setMeta(heldKey, { isPasting: false, caret: null });
  if (caret) back.setSelection(between(back.doc, caret.from, caret.to)).scrollIntoView();
  view.dispatch(back);
}

const between = (doc: ProseMirrorNode, anchor: number, head: number): Selection =>
  TextSelection.between(doc.resolve(anchor), doc.resolve(head));

function pasteAgain({ clipboardData }: ClipboardEvent): Event | null {
  const data = clipboardData && copyOf(clipboardData);
  return data && new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
}

function dropAgain({ dataTransfer, clientX, clientY, ctrlKey, altKey }: DragEvent): Event | null {
  const data = dataTransfer && copyOf(dataTransfer);
  const place = { clientX, clientY, ctrlKey, altKey };
  return data && new DragEvent("drop", { dataTransfer: data, ...place, bubbles: true, cancelable: true });
}

/** Null where there are no words in it: files by themselves need no code of the clipboard. */
function copyOf(data: DataTransfer): DataTransfer | null {
  const copy = new DataTransfer();
  for (const type of data.types) {
    const text = type === "Files" ? "" : data.getData(type);
    if (text !== "") copy.setData(type, text);
  }
  if (copy.types.length === 0) return null;
  for (const file of data.files) copy.items.add(file);
  return copy;
}

const shift = (type: "keydown" | "keyup"): KeyboardEvent =>
  new KeyboardEvent(type, { key: "Shift", keyCode: 16, shiftKey: type === "keydown", bubbles: true });
