/**
 * The way to the bar that finds in the document. Its code comes with the tools beside the text, behind the menu that leads
 * there: who chose it before has it once it is here, unless they went on to something else meanwhile.
 */
import type { EditorView } from "@tiptap/pm/view";

const FIND = "open-find";

const forgets = new WeakMap<EditorView, () => void>();

/** Opens the bar, as Ctrl/Cmd+F does. */
export function openFind(view: EditorView): void {
  const isHeard = !view.dom.dispatchEvent(new Event(FIND, { cancelable: true }));
  if (isHeard || forgets.has(view)) return;
  const forget = () => {
    forgets.delete(view);
    for (const type of ["keydown", "pointerdown"]) window.removeEventListener(type, forget, true);
  };
  forgets.set(view, forget);
  for (const type of ["keydown", "pointerdown"]) window.addEventListener(type, forget, true);
}

/** `open` is called each time that the bar is to open, at once where it was to already. Returns the way to hear no more. */
export function onOpenFind(view: EditorView, open: () => void): () => void {
  const hear = (event: Event) => {
    event.preventDefault();
    open();
  };
  view.dom.addEventListener(FIND, hear);
  const forget = forgets.get(view);
  if (forget) {
    forget();
    open();
  }
  return () => view.dom.removeEventListener(FIND, hear);
}
