/**
 * Sections on the page. What is out of sight is not laid out, and a browser finds no line there: a key that takes the
 * caret through it would pass it by. So what the caret stands beside, or goes to, is laid out before the key is done.
 */
import { Fragment, Mark, Slice } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView, MarkView } from "@tiptap/pm/view";
import { followSelection, standsClear } from "./in-sight.ts";
import { quicken } from "./quick-view.ts";
import { isInSections } from "./sections.ts";

const TRAVELS = /^(Arrow(Up|Down|Left|Right)|Home|End|Page(Up|Down))$/;
/** Sections that are laid out on each side of the caret's. */
const BESIDE = 3;
/** By then the browser has scrolled to the caret, and goes by what is in sight. */
const NEAR_MS = 500;

export function sectionsPlugin(): Plugin {
  let near: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    for (const section of near) section.classList.remove("near");
    near = [];
  };
  const layOut = (sections: Element[]) => {
    clearTimeout(timer);
    timer = setTimeout(end, NEAR_MS);
    for (const section of sections) section.classList.add("near");
    near.push(...sections);
  };
  return new Plugin({
    view: (view) => {
      quicken(view);
      return { update: quicken, destroy: () => clearTimeout(timer) };
    },
    props: {
      markViews: { section: drawSection },
      handleDOMEvents: {
        keydown(view, event) {
          if (TRAVELS.test(event.key) && isInSections(view.state.doc)) layOut(sectionsOnTheWay(view, event));
          return false;
        },
      },
      handleScrollToSelection(view) {
        if (standsClear(view)) return true;
        if (isInSections(view.state.doc)) followSelection(view);
        return false;
      },
      // what is copied or dragged carries no sections
      transformCopied: ({ content, openStart, openEnd }) =>
        new Slice(
          Fragment.fromArray(content.content.map((node) => (node.isInline ? node : node.mark(Mark.none)))),
          openStart,
          openEnd,
        ),
    },
  });
}

function drawSection(): MarkView {
  const dom = document.createElement("div");
  dom.className = "section";
  return { dom, contentDOM: dom, ignoreMutation: ({ type }) => type === "attributes" };
}

/** Those around the caret, and at the edge of the document to which a key with Ctrl or the command key goes. */
function sectionsOnTheWay(view: EditorView, event: KeyboardEvent): Element[] {
  const all = [...view.dom.children];
  const { node } = view.domAtPos(view.state.selection.head);
  const at = all.findIndex((section) => section.contains(node));
  const found = all.slice(Math.max(0, at - BESIDE), at + BESIDE + 1);
  const isFar = event.ctrlKey || event.metaKey;
  return isFar ? [...found, ...all.slice(0, 1), ...all.slice(-1)] : found;
}
