/**
 * Sections on the page. What is out of sight is not laid out, and a browser finds no line there: a key that takes the
 * caret through it would pass it by, and a letter would be written where the last line is that it finds. So what the
 * caret stands beside, or goes to, is laid out before the key is done, and the caret's own section always: one that a
 * new block has just begun is in sight, but no browser knows before the next frame.
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
    view(view) {
      let here: Element | null = null;
      const update = () => {
        quicken(view);
        const section = isInSections(view.state.doc) ? sectionAtCaret(view) : null;
        if (section === here) return;
        here?.classList.remove("here");
        section?.classList.add("here");
        here = section;
      };
      update();
      return { update, destroy: () => clearTimeout(timer) };
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

function sectionAtCaret(view: EditorView): Element | null {
  const { node } = view.domAtPos(view.state.selection.head);
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest(".section") ?? null;
}

/** Those around the caret, and at the edge of the document to which a key with Ctrl or the command key goes. */
function sectionsOnTheWay(view: EditorView, event: KeyboardEvent): Element[] {
  const all = [...view.dom.children];
  const here = sectionAtCaret(view);
  const at = here ? all.indexOf(here) : -1;
  const found = all.slice(Math.max(0, at - BESIDE), at + BESIDE + 1);
  const isFar = event.ctrlKey || event.metaKey;
  return isFar ? [...found, ...all.slice(0, 1), ...all.slice(-1)] : found;
}
