/** Tab and Shift+Tab in code. */
import type { Command } from "@tiptap/pm/state";
import { nodeText } from "./block-nodes.ts";

const INDENT = "  ";
const OUT = /^(?: {1,2}|\t)/;

/** At the caret Tab writes two spaces. Lines that are chosen from, and with Shift+Tab the caret's, go in or out as they are. */
export const indentCode =
  (by: 1 | -1): Command =>
  ({ selection, schema, tr }, dispatch) => {
    const { $from, $to, empty } = selection;
    if (!$from.parent.type.spec.code || !$from.sameParent($to)) return false;
    if (empty && by > 0) {
      dispatch?.(tr.insertText(INDENT).scrollIntoView());
      return true;
    }
    const text = nodeText($from.parent);
    const starts = [text.slice(0, $from.parentOffset).lastIndexOf("\n") + 1];
    // a line that the selection only reaches the start of is not chosen from
    for (let at = $from.parentOffset; at < $to.parentOffset - 1; at++)
      if (text[at] === "\n") starts.push(at + 1);
    for (const start of starts.toReversed()) {
      const at = $from.start() + start;
      const line = text.slice(start);
      if (by < 0) tr.delete(at, at + (OUT.exec(line)?.[0].length ?? 0));
      else if (line && !line.startsWith("\n")) tr.insert(at, schema.text(INDENT));
    }
    if (tr.docChanged) dispatch?.(tr.scrollIntoView());
    return true;
  };
