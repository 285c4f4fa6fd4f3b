/** How wide columns are: by dragging the gap between two, or step by step from the menu. */
import { type Command, type EditorState, Plugin, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { widthOf } from "../core/columns.ts";
import { idOf } from "./block-nodes.ts";
import { columnsHere } from "./column-places.ts";
import { selectedRange } from "./commands.ts";
import { startOf } from "./move-block.ts";

/** No column gets narrower by dragging. */
const LEAST_PX = 96;
const STEP = 1.25;

/** Gives the column that begins at an index its share of the room. */
function setShare(tr: Transaction, index: number, share: number): Transaction {
  const { width: _before, ...props } = tr.doc.child(index).attrs.props;
  const width = widthOf({ width: Math.round(share * 100) / 100 });
  return tr.setNodeAttribute(startOf(tr.doc, index), "props", width === 1 ? props : { ...props, width });
}

/** Makes the column around the caret wider or narrower beside the others; false at the ends of what it can be. */
export const widenColumn =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const index = selectedRange(state).first;
    const column = columnsHere(state.doc, index)?.columns.find(({ at, end }) => index >= at && index < end);
    if (!column) return false;
    const share = widthOf(state.doc.child(column.at).attrs.props);
    const wanted = widthOf({ width: by > 0 ? share * STEP : share / STEP });
    if (wanted === share) return false;
    dispatch?.(setShare(state.tr, column.at, wanted));
    return true;
  };

/** The two columns beside the gap that an element stands in: indexes of the nodes that begin them. */
function columnsBeside({ doc }: EditorState, gap: HTMLElement): [left: number, right: number] | null {
  const right = doc.children.findIndex((node) => idOf(node) === gap.dataset.blockId);
  const columns = columnsHere(doc, right)?.columns ?? [];
  const left = columns[columns.findIndex(({ at }) => at === right) - 1];
  return left ? [left.at, right] : null;
}

const gapOf = (event: Event): HTMLElement | null =>
  (event.target as Element).closest?.<HTMLElement>(".in-column + .in-column > .columns-part") ?? null;

export function columnWidthsPlugin(): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        pointerdown: (view, event) => {
          const gap = gapOf(event);
          if (!gap || event.button !== 0 || !view.editable) return false;
          event.preventDefault();
          drag(view, gap, event);
          return true;
        },
        mousedown: (_view, event) => {
          if (!gapOf(event)) return false;
          event.preventDefault(); // the caret stays where it is
          return true;
        },
      },
    },
  });
}

/** A line follows the pointer; the columns change when it is let go, so that one gesture is one change for everybody. */
function drag(view: EditorView, gap: HTMLElement, start: PointerEvent): void {
  const column = gap.parentElement;
  const left = column?.previousElementSibling?.getBoundingClientRect();
  const right = column?.getBoundingClientRect();
  const around = view.dom.parentElement;
  if (!left || !right || !around) return;
  const line = document.createElement("div");
  line.className = "drop-line";
  const most = left.width + right.width - LEAST_PX;
  const widthAt = (x: number) => Math.max(LEAST_PX, Math.min(most, left.width + x - start.clientX));
  const show = (x: number) => {
    const area = around.getBoundingClientRect();
    const middle = left.left + widthAt(x) + (right.left - left.right) / 2;
    Object.assign(line.style, {
      top: `${left.top - area.top}px`,
      left: `${middle - area.left}px`,
      width: "3px",
      height: `${left.height}px`,
    });
  };
  show(start.clientX);
  around.append(line);
  const ended = new AbortController();
  const { signal } = ended;
  const end = () => {
    ended.abort();
    line.remove();
  };
  gap.setPointerCapture(start.pointerId);
  gap.addEventListener("pointermove", (event) => show(event.clientX), { signal });
  gap.addEventListener("pointercancel", end, { signal });
  gap.addEventListener(
    "pointerup",
    (event) => {
      end();
      const width = widthAt(event.clientX);
      if (Math.abs(width - left.width) >= 2) resize(view, gap, width / (left.width + right.width));
    },
    { signal },
  );
}

/** @param part of the room of both that the left one gets */
function resize(view: EditorView, gap: HTMLElement, part: number): void {
  const beside = columnsBeside(view.state, gap);
  if (!beside || view.isDestroyed) return;
  const [left, right] = beside;
  const shareOf = (index: number) => widthOf(view.state.doc.child(index).attrs.props);
  const both = shareOf(left) + shareOf(right);
  view.dispatch(setShare(setShare(view.state.tr, left, both * part), right, both * (1 - part)));
}
