/** The colours of whole blocks. Those of words are marks (formats.ts). */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Command } from "@tiptap/pm/state";
import type { BlockColors } from "../core/palette.ts";
import { chosenRange } from "./chosen.ts";
import { touched } from "./commands.ts";

const isColorable = (node: ProseMirrorNode): boolean =>
  node.type.name === "block" || node.type.name === "table";

/** Gives the chosen blocks, or those that the selection touches, these colours; no colours take both away. */
export const colorBlocks =
  (colors: BlockColors): Command =>
  (state, dispatch) => {
    const { doc, tr } = state;
    const here = touched(state);
    const { first, end } = chosenRange(state) ?? { first: here.first, end: here.last + 1 };
    doc.forEach((node, pos, index) => {
      if (index < first || index >= end || !isColorable(node)) return;
      tr.setNodeAttribute(pos, "props", colored(node.attrs.props, colors));
    });
    if (!tr.docChanged) return false;
    dispatch?.(tr);
    return true;
  };

function colored(props: Readonly<Record<string, unknown>>, colors: BlockColors): Record<string, unknown> {
  if (Object.keys(colors).length > 0) return { ...props, ...colors };
  const { color: _color, background: _background, ...rest } = props;
  return rest;
}
