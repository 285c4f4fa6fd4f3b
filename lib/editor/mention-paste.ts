/** The address of a document of this product, pasted by itself, names the document. Ctrl/Cmd+Shift+V pastes the address. */
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type Mention, mentionAt, mentionValue } from "../core/mention.ts";
import type { MentionDoor } from "./mention.ts";
import { wordsBefore } from "./typed-query.ts";

export function mentionPastePlugin(door: Pick<MentionDoor, "look">): Plugin {
  let isPlain = false;
  const hear = (_view: EditorView, { shiftKey }: KeyboardEvent) => {
    isPlain = shiftKey;
  };
  return new Plugin({
    props: {
      handleDOMEvents: { keydown: hear, keyup: hear },
      handlePaste(view, { clipboardData }) {
        const mention = isPlain ? null : mentionIn(clipboardData?.getData("text/plain") ?? "", door);
        if (!mention || wordsBefore(view.state, 1) === null) return false;
        const node = view.state.schema.node("embed", { value: mentionValue(mention) });
        const tr = view.state.tr.replaceSelectionWith(node).scrollIntoView();
        view.dispatch(tr.setMeta("paste", true));
        return true;
      },
    },
  });
}

/** A document that this person may see; an address that says more, such as a block, stays an address. */
function mentionIn(text: string, { look }: Pick<MentionDoor, "look">): Mention | null {
  const address = text.trim();
  if (/\s/.test(address) || !URL.canParse(address)) return null;
  const { origin, pathname, href } = new URL(address);
  if (origin !== window.location.origin || href !== origin + pathname) return null;
  const mention = mentionAt(pathname, "");
  const named = mention && look(mention);
  return mention && named ? { ...mention, label: named.name } : null;
}
