/**
 * Below the last block one writes on. By itself a caret goes from there into what is nearest, which is the code or the
 * callout that stands there last, a table's first cell, or the text before a divider: no key leads behind those but Enter
 * at the right place, and a phone's keyboard has few keys. So a click gives them a new line.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, Plugin, Selection, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { CALLOUT } from "../core/callout.ts";
import { newBlockId } from "../core/ids.ts";
import { TOGGLE } from "../core/toggle.ts";
import { setChosen } from "./chosen.ts";
import { baseOf } from "./column-places.ts";

export function clickBelowPlugin(): Plugin {
  return new Plugin({
    props: {
      handleClick: (view, _pos, event) =>
        view.editable &&
        event.button === 0 &&
        event.target === view.dom &&
        event.clientY > textBottom(view) &&
        !endsInText(view.state.doc) &&
        writeBelow(view.state, view.dispatch),
    },
  });
}

/** The same below the text's own field, in the rest of the element that it stands in; returns the way to stop. */
export function hearClicksBelow(view: EditorView, around: HTMLElement): () => void {
  const isBelow = (event: MouseEvent) =>
    event.button === 0 && event.target === around && event.clientY > view.dom.getBoundingClientRect().bottom;
  // a press in the text that is let go here has chosen words
  let wasPressed = false;
  const onPress = (event: MouseEvent) => {
    wasPressed = isBelow(event);
  };
  const onClick = (event: MouseEvent) => {
    const hasChosen = view.dom.ownerDocument.getSelection()?.isCollapsed === false;
    if (!wasPressed || hasChosen || !isBelow(event) || !view.editable) return;
    writeBelow(view.state, view.dispatch);
    view.focus();
  };
  around.addEventListener("mousedown", onPress);
  around.addEventListener("click", onClick);
  return () => {
    around.removeEventListener("mousedown", onPress);
    around.removeEventListener("click", onClick);
  };
}

/** Where the last block in sight ends, in px of the window. */
function textBottom({ dom }: EditorView): number {
  for (let last = dom.lastElementChild; last; last = last.previousElementSibling) {
    const { height, bottom } = last.getBoundingClientRect();
    if (height > 0) return bottom;
  }
  return dom.getBoundingClientRect().top;
}

/** The caret behind all that is written: in the last text, or in a new one behind what is none. */
const writeBelow: Command = (state, dispatch) => {
  const { doc, schema, tr } = state;
  if (endsInText(doc)) tr.setSelection(Selection.atEnd(doc));
  else {
    tr.insert(
      doc.content.size,
      schema.node("block", { id: newBlockId(), type: "paragraph", depth: 0, props: {} }),
    );
    tr.setSelection(TextSelection.create(tr.doc, tr.doc.content.size - 1));
  }
  dispatch?.(setChosen(tr, null).scrollIntoView());
  return true;
};

/** Whether the document's last place for a caret is in no box: not in columns, nor in what has a ground or folds. */
function endsInText(doc: ProseMirrorNode): boolean {
  const last = doc.lastChild;
  if (last?.type.name !== "block" || baseOf(last) > 0) return false;
  let depth = Number.POSITIVE_INFINITY;
  for (let at = doc.childCount - 1; at >= 0 && depth > 0; at--) {
    const { attrs } = doc.child(at);
    if (attrs.depth >= depth) continue;
    depth = attrs.depth;
    if (attrs.type === CALLOUT || attrs.type === TOGGLE) return false;
  }
  return true;
}
