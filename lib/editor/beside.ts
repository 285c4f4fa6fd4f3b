/** Where a picture or a file is to come. What keeps the place of one on its way is in upload-places.ts. */
import { type EditorState, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { blockAt } from "./commands.ts";
import type { Place } from "./upload-places.ts";

export type Beside = { readonly block: BlockId; readonly side: "before" | "behind" };

export const uploadsKey = new PluginKey<readonly Place[]>("uploads");

/** Before an empty line, so that one goes on writing behind what comes; else behind the block of the selection. */
export function placeOfSelection({ doc, selection }: EditorState): Beside {
  const { node } = blockAt(doc, selection.from);
  const isFree = node.attrs.type === "paragraph" && node.content.size === 0;
  return { block: idOf(node), side: isFree ? "before" : "behind" };
}

/** Beside the block at a point of the page; off the text, behind all of it. */
export function besidePoint(view: EditorView, { clientX: left, clientY: top }: MouseEvent): Beside {
  const { doc } = view.state;
  const { node, pos } = blockAt(doc, view.posAtCoords({ left, top })?.pos ?? doc.content.size);
  const dom = view.nodeDOM(pos);
  const box = dom instanceof HTMLElement ? dom.getBoundingClientRect() : null;
  const isUpper = box !== null && top < (box.top + box.bottom) / 2;
  return { block: idOf(node), side: isUpper ? "before" : "behind" };
}
