/**
 * Undo in the title: one's own changes, as in the text. The browser's undo forgets all of them where the words are put
 * anew, which is whenever another writes in the title, or a paste had lines.
 */
import * as Y from "yjs";

/** Whoever writes in the field. */
export const TITLE_EDIT = Symbol("title");

/** Listens to the keys of the field, and to the browser's menu, until it is told to stop. */
export function titleUndo(text: Y.Text, field: HTMLElement): () => void {
  const undo = new Y.UndoManager(text, { trackedOrigins: new Set([TITLE_EDIT]) });
  const step = (event: Event, isBack: boolean) => {
    event.preventDefault();
    if (isBack) undo.undo();
    else undo.redo();
  };
  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    if (key === "z") step(event, !event.shiftKey);
    else if (key === "y" && !event.shiftKey) step(event, false);
  };
  const onInput = (event: InputEvent) => {
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo")
      step(event, event.inputType === "historyUndo");
    else if (event.inputType !== "insertText" && event.inputType !== "insertCompositionText")
      undo.stopCapturing();
  };
  field.addEventListener("keydown", onKey);
  field.addEventListener("beforeinput", onInput);
  return () => {
    field.removeEventListener("keydown", onKey);
    field.removeEventListener("beforeinput", onInput);
    undo.destroy();
  };
}
