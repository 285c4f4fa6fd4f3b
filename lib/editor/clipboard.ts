/** What comes in by paste and drop: blocks with ids of their own, plain text line by line, nothing too large. */
import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { newBlockId } from "../core/ids.ts";

/** One paste becomes one update of the log, which holds a million bytes; blocks cost about 300 each. */
const MOST_UNITS = 250_000;
const MOST_BLOCKS = 2_500;

/** @param onRefused says to the person that the paste is too large; nothing was changed. */
export function clipboardPlugin(onRefused: () => void): Plugin {
  return new Plugin({
    props: {
      transformPasted: (slice) => new Slice(withIds(slice.content), slice.openStart, slice.openEnd),
      clipboardTextParser: (text, $context, _plain, view) => {
        const { schema } = view.state;
        if ($context.parent.type.spec.code) return new Slice(Fragment.from(textNodes(schema, text)), 0, 0);
        const blocks = linesOf(text).map((line) =>
          schema.node("block", { id: newBlockId() }, textNodes(schema, line)),
        );
        return new Slice(Fragment.from(blocks), 1, 1);
      },
      handlePaste: (_view, _event, slice) => {
        if (slice.content.childCount <= MOST_BLOCKS && slice.content.size <= MOST_UNITS) return false;
        onRefused();
        return true;
      },
    },
  });
}

const textNodes = (schema: ProseMirrorNode["type"]["schema"], text: string): ProseMirrorNode[] =>
  text === "" ? [] : [schema.text(text)];

function linesOf(text: string): string[] {
  const lines = text.replaceAll("\u0000", "").split(/\r\n?|\n/);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** Ids are given here at once: one by one afterwards they would be a step each. */
function withIds(content: Fragment): Fragment {
  const nodes: ProseMirrorNode[] = [];
  content.forEach((node) => {
    nodes.push(
      "id" in node.attrs
        ? node.type.create({ ...node.attrs, id: newBlockId() }, node.content, node.marks)
        : node,
    );
  });
  return Fragment.fromArray(nodes);
}
