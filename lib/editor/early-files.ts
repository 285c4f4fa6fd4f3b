/**
 * What is done with files and with a chosen picture or file from the first moment, before the code of attachments is
 * here (late-kit.ts): files that are pasted or dropped are taken, what is typed on the block is its caption, and a paste
 * on it comes behind it. Once file-drop.ts is here it takes what is dropped.
 */
import { NodeSelection, Plugin, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type Beside, besidePoint, placeOfSelection } from "./beside.ts";
import { chosenOf } from "./chosen.ts";
import { isAttachment, splitBlockCommand } from "./commands.ts";

export type TakeFiles = (view: EditorView, files: readonly File[], beside: Beside) => void;

export function earlyFilesPlugin(take: TakeFiles): Plugin {
  return new Plugin({
    props: {
      handleTextInput: (view, _from, _to, text) => writeCaption(view, text),
      handlePaste(view, event) {
        if (chosenAttachment(view) !== null) splitBlockCommand(view.state, view.dispatch);
        const files = pastedFiles(event);
        if (files.length > 0) take(view, files, placeOfSelection(view.state));
        return files.length > 0;
      },
      handleDOMEvents: {
        drop(view, event) {
          const files = [...(event.dataTransfer?.files ?? [])];
          if (files.length === 0) return false;
          event.preventDefault();
          if (view.editable) take(view, files, besidePoint(view, event));
          return true;
        },
      },
    },
  });
}

/** Word and spreadsheets bring a picture of the text beside the text: then the text is what was copied. */
function pastedFiles({ clipboardData }: ClipboardEvent): File[] {
  return clipboardData?.getData("text/plain").trim() === "" ? [...clipboardData.files] : [];
}

/** The picture or file that is chosen by itself. */
export function chosenAttachment({ state }: Pick<EditorView, "state">): NodeSelection | null {
  const { selection } = state;
  return chosenOf(state) === null && selection instanceof NodeSelection && isAttachment(selection.node)
    ? selection
    : null;
}

function writeCaption(view: EditorView, text: string): boolean {
  const held = chosenAttachment(view);
  if (!held) return false;
  view.dispatch(
    view.state.tr.setSelection(TextSelection.create(view.state.doc, held.to - 1)).insertText(text),
  );
  return true;
}
