/**
 * Around each of its commits React remembers the selection, in case it takes the focused element away, and for that
 * walks through the text of any element whose property `contentEditable` says "true": 5 ms a commit at 5,000 blocks,
 * and a key brings several. It draws nothing in the text, so that its question may go unanswered. The attribute, by
 * which the browser and the editor go, stays as it is.
 */
import { Plugin } from "@tiptap/pm/state";

export const unreadByReact = (): Plugin =>
  new Plugin({
    view({ dom }) {
      Object.defineProperty(dom, "contentEditable", {
        configurable: true,
        get: () => "inherit",
        set: (value) => dom.setAttribute("contenteditable", String(value)),
      });
      return { destroy: () => void Reflect.deleteProperty(dom, "contentEditable") };
    },
  });
