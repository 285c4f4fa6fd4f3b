/**
 * Around each of its commits React remembers the selection, in case it takes the focused element away, and for that
 * walks through the text of any element whose property `contentEditable` says "true": 5 ms a commit at 5,000 blocks,
 * and a key brings several. It draws nothing in the text, so that its question may go unanswered. The attribute, by
 * which the browser and the editor go, stays as it is.
 *
 * It also hears each event of a key a second time, on its way up, and looks for whom to tell. Above the text nobody asks
 * for these; a key's own press goes on up, to the shortcuts.
 */
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";

const UNHEARD = ["keypress", "keyup", "textInput", "input"] as const;

const keepHere = (_view: EditorView, event: Event): boolean => {
  event.stopPropagation();
  return false;
};

export const unreadByReact = (): Plugin =>
  new Plugin({
    props: { handleDOMEvents: Object.fromEntries(UNHEARD.map((name) => [name, keepHere])) },
    view({ dom }) {
      Object.defineProperty(dom, "contentEditable", {
        configurable: true,
        get: () => "inherit",
        set: (value) => dom.setAttribute("contenteditable", String(value)),
      });
      return { destroy: () => void Reflect.deleteProperty(dom, "contentEditable") };
    },
  });
