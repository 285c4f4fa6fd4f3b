/** Files dropped on the text; a line shows between which blocks they will stand. */
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../core/ids.ts";
import type { Beside } from "./beside.ts";
import { blockUnder, topBlocks } from "./drop-place.ts";
import type { TakeFiles } from "./early-files.ts";

export function fileDropPlugin(take: TakeFiles): Plugin {
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
    const around = view.dom.parentElement?.getBoundingClientRect();
    line.style.top = `${at.top - (around?.top ?? 0)}px`;
    line.style.left = `${at.left - (around?.left ?? 0)}px`;
    line.style.width = `${at.width}px`;
    view.dom.parentElement?.append(line);
    return true;
  };
  return new Plugin({
    view: () => ({ destroy: hide }),
    props: {
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

type FilePlace = {
  readonly beside: Beside;
  readonly top: number;
  readonly left: number;
  readonly width: number;
};

function placeAt(view: EditorView, { clientX, clientY }: MouseEvent): FilePlace | null {
  const blocks = topBlocks(view);
  const dom =
    blockUnder(view, clientY, clientX)?.element ??
    blocks.find((block) => clientY < block.getBoundingClientRect().bottom) ??
    blocks.at(-1);
  const id = dom?.dataset.blockId;
  if (!dom || !id) return null;
  const box = dom.getBoundingClientRect();
  const { left, width } = (dom.closest(".in-column") ?? view.dom).getBoundingClientRect();
  const isUpper = clientY < (box.top + box.bottom) / 2;
  const beside: Beside = { block: id as BlockId, side: isUpper ? "before" : "behind" };
  return { beside, top: isUpper ? box.top : box.bottom, left, width };
}
