/**
 * Keys for the tools beside the text, whose code comes behind it (body-tools.tsx): one that was pressed before is given
 * again once they are here, unless something else was done meanwhile.
 */
import type { EditorView } from "@tiptap/pm/view";

const givers = new WeakMap<EditorView, () => void>();

const MODIFIERS = new Set(["Control", "Meta", "Shift", "Alt"]);

/** The menu of the block; and, where the editor took the key, the link's field and the toolbar. */
function isForTools({ key, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  const isControlled = ctrlKey || metaKey;
  if (isControlled && key === "/") return true;
  return defaultPrevented && (altKey ? key === "F10" : isControlled && shiftKey && key.toLowerCase() === "k");
}

/** Listens behind the editor's own keys. */
export function holdToolKeys(view: EditorView): void {
  let held: KeyboardEvent | null = null;
  const onKey = (event: KeyboardEvent) => {
    if (MODIFIERS.has(event.key)) return;
    held = isForTools(event) && !event.isComposing ? event : null;
    if (held) event.preventDefault();
  };
  const forget = () => {
    held = null;
  };
  const { dom } = view;
  dom.addEventListener("keydown", onKey);
  dom.addEventListener("pointerdown", forget);
  dom.addEventListener("blur", forget);
  givers.set(view, () => {
    dom.removeEventListener("keydown", onKey);
    dom.removeEventListener("pointerdown", forget);
    dom.removeEventListener("blur", forget);
    if (held) dom.dispatchEvent(new KeyboardEvent("keydown", held));
  });
}

/** To be called once, as soon as the tools hear keys. */
export function giveHeldKey(view: EditorView): void {
  givers.get(view)?.();
  givers.delete(view);
}
