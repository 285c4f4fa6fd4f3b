/** Files pasted or dropped on the text; a line shows between which blocks they will stand. */
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { idOf } from "./block-nodes.ts";
import { topBlocks } from "./drop-place.ts";
import { type Beside, placeOfSelection } from "./upload-places.ts";

type Take = (view: EditorView, files: readonly File[], beside: Beside) => void;

export function fileDropPlugin(take: Take): Plugin {
  let line: HTMLElement | null = null;
  const hide = () => {
    line?.remove();
    line = null;
  };
  const show = (view: EditorView, event: DragEvent) => {
    if (!carriesFiles(event)) return false;
    event.preventDefault();
    const at = placeAt(view, event);
    if (!view.editable || !at) return true;
    line ??= document.createElement("div");
    line.className = "drop-line";
    line.style.top = `${at.top - (view.dom.parentElement?.getBoundingClientRect().top ?? 0)}px`;
    view.dom.parentElement?.append(line);
    return true;
  };
  return new Plugin({
    view: () => ({ destroy: hide }),
    props: {
      handlePaste(view, event) {
        const files = pastedFiles(event);
        if (files.length > 0) take(view, files, placeOfSelection(view.state));
        return files.length > 0;
      },
      handleDOMEvents: {
        dragover: show,
        dragleave: (view, event) => {
          if (!(event.relatedTarget instanceof Node && view.dom.contains(event.relatedTarget))) hide();
          return false;
        },
        drop(view, event) {
          hide();
          const files = [...(event.dataTransfer?.files ?? [])];
          if (files.length === 0) return false;
          event.preventDefault();
          const at = placeAt(view, event);
          if (view.editable && at) take(view, files, at.beside);
          return true;
        },
      },
    },
  });
}

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** Word and spreadsheets bring a picture of the text beside the text: then the text is what was copied. */
function pastedFiles({ clipboardData }: ClipboardEvent): File[] {
  return clipboardData?.getData("text/plain").trim() === "" ? [...clipboardData.files] : [];
}

function placeAt(view: EditorView, event: MouseEvent): { beside: Beside; top: number } | null {
  const blocks = topBlocks(view);
  const under = blocks.findIndex((block) => event.clientY < block.getBoundingClientRect().bottom);
  const index = under < 0 ? blocks.length - 1 : under;
  const dom = blocks[index];
  const node = view.state.doc.maybeChild(index);
  if (!dom || !node) return null;
  const box = dom.getBoundingClientRect();
  const isUpper = event.clientY < (box.top + box.bottom) / 2;
  return {
    beside: { block: idOf(node), side: isUpper ? "before" : "behind" },
    top: isUpper ? box.top : box.bottom,
  };
}
