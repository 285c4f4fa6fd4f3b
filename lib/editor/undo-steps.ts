/**
 * Where one undo step ends and the next begins: typing runs together, everything else stands by itself. Undo chooses
 * again what was chosen before the step, redo what was chosen behind it; without such a place stays where it changed.
 */
import { type EditorState, Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import type { EditorView } from "@tiptap/pm/view";
import type { Transaction as SharedChange, UndoManager } from "yjs";
import type { BlockMap } from "../core/block-map.ts";
import { REMOTE } from "./binding.ts";
import { cursorOf, positionsOf, type SentCursor } from "./caret-places.ts";
import { type Chosen, chosenOf, isShown } from "./chosen.ts";
import { choose } from "./chosen-commands.ts";

type StackItem = UndoManager["undoStack"][number];
type StackEvent = { readonly stackItem: StackItem; readonly origin: unknown };

/** Meta of a transaction that is a step by itself: what is typed behind it is another. */
export const OWN_STEP = "own step";

/** Meta of a transaction that `StepsTogether` begins or continues a step with. */
export const STEP_TOGETHER = "step together";

/**
 * Does a change that belongs to others: with those that were done for the same `cause` it is one step, as long as nothing
 * else was done in between. Its transaction carries STEP_TOGETHER.
 */
export type StepsTogether = (cause: object, change: () => void) => void;

export function stepsTogether(undo: UndoManager): StepsTogether {
  let last: { cause: object; item: StackItem | undefined } | null = null;
  return (cause, change) => {
    const goesOn = last?.cause === cause && last.item !== undefined && last.item === undo.undoStack.at(-1);
    if (goesOn) undo.lastChange = Date.now();
    else undo.stopCapturing();
    change();
    undo.stopCapturing();
    last = { cause, item: undo.undoStack.at(-1) };
  };
}

/** What was chosen on the other side of a step (`Choice`). */
const CHOSEN = "chosen";

/** `blocks`: chosen as wholes. */
type Choice = { readonly text: SentCursor | null; readonly blocks: Chosen | null };

export function undoStepsPlugin(undo: UndoManager, map: BlockMap): Plugin {
  /** Before the first change of the step that is being written. */
  let written: Choice | null = null;
  /** Before the undo or redo that is being done. */
  let shown: Choice | null = null;
  const chosenIn = (state: EditorState): Choice => {
    const { doc, selection } = state;
    const cursor = selection instanceof TextSelection ? cursorOf(map, doc, selection)?.cursor : null;
    return { text: cursor ?? null, blocks: chosenOf(state) };
  };

  let isBehindOwn = false;

  return new Plugin({
    filterTransaction(transaction, state) {
      if (!transaction.docChanged || transaction.getMeta(REMOTE)) return true;
      const [step, ...others] = transaction.steps;
      const isText = step instanceof ReplaceStep && others.length === 0;
      const isTyping = state.selection.empty && isText && !isOwn(transaction, state);
      const isTogether = firstOf(transaction).getMeta(STEP_TOGETHER) === true;
      if (!isTogether && (!isTyping || isBehindOwn)) undo.stopCapturing();
      written ??= chosenIn(state);
      return true;
    },
    appendTransaction(transactions, _, state) {
      const changes = transactions.filter((one) => one.docChanged && !one.getMeta(REMOTE));
      if (changes.length > 0) isBehindOwn = changes.some((one) => isOwn(one, state));
      return null;
    },
    view(view) {
      const onBefore = ({ origin }: SharedChange) => {
        if (origin === undo) shown = chosenIn(view.state);
      };
      const onStep = ({ stackItem, origin }: StackEvent) => {
        if (origin === undo) stackItem.meta.set(CHOSEN, shown);
        else if (!stackItem.meta.has(CHOSEN)) stackItem.meta.set(CHOSEN, written);
        written = null;
      };
      const onDone = ({ stackItem }: StackEvent) => chooseAgain(view, map, stackItem.meta.get(CHOSEN));
      undo.doc.on("beforeTransaction", onBefore);
      undo.on("stack-item-added", onStep);
      undo.on("stack-item-updated", onStep);
      undo.on("stack-item-popped", onDone);
      return {
        destroy() {
          undo.doc.off("beforeTransaction", onBefore);
          undo.off("stack-item-added", onStep);
          undo.off("stack-item-updated", onStep);
          undo.off("stack-item-popped", onDone);
        },
      };
    },
  });
}

/** A paste, too, and what a rule makes of typed text, and what other plugins add to such a step. */
function isOwn(transaction: Transaction, { plugins }: EditorState): boolean {
  const first = firstOf(transaction);
  if (first.getMeta("paste") === true || first.getMeta(OWN_STEP) === true) return true;
  return plugins.some((plugin) => plugin.spec.isInputRules && first.getMeta(plugin) !== undefined);
}

/** What a transaction of a plugin answers; itself, where it answers none. */
const firstOf = (transaction: Transaction): Transaction =>
  transaction.getMeta("appendedTransaction") ?? transaction;

function chooseAgain(view: EditorView, map: BlockMap, chosen: Choice | null | undefined): void {
  const { doc, selection, tr } = view.state;
  const blocks = chosen?.blocks;
  if (blocks && isShown(doc, blocks)) {
    view.dispatch(choose(tr, blocks.anchor, blocks.head));
    return;
  }
  const found = chosen?.text && positionsOf(map, doc, chosen.text);
  if (!found) return;
  const wanted = TextSelection.between(doc.resolve(found.anchor), doc.resolve(found.head));
  if (!selection.eq(wanted)) view.dispatch(tr.setSelection(wanted).scrollIntoView());
}
