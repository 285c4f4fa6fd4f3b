/**
 * What is typed is turned into blocks and marks by rules, some thirty, and each key asks all of them. None ends with a
 * letter or a digit: so these ask none. What a rule makes is an undo step of its own, and undo gives back all that was typed.
 */
import { Plugin, Selection, type Transaction } from "@tiptap/pm/state";
import type { EditorProps, EditorView } from "@tiptap/pm/view";
import { OWN_STEP } from "./undo-steps.ts";

const ENDS_NO_RULE = /[\p{L}\p{N}]$/u;

export const quietRules = (): Plugin =>
  new Plugin({
    view({ state }) {
      for (const plugin of state.plugins) {
        const { handleTextInput } = plugin.props;
        if (!plugin.spec.isInputRules || !handleTextInput) continue;
        const quiet: EditorProps["handleTextInput"] = (view, from, to, text, insert) => {
          if (ENDS_NO_RULE.test(text)) return false;
          const ask = () => handleTextInput.call(plugin, view, from, to, text, insert) === true;
          const { isHandled, made } = catchOne(view, insert, ask);
          if (made?.docChanged && from === to) behindTyping(view, insert(), made);
          else if (made) view.dispatch(made);
          return isHandled;
        };
        Object.assign(plugin.props, { handleTextInput: quiet });
      }
      return {};
    },
  });

/**
 * What is dispatched meanwhile, instead of dispatching it. A rule of Tiptap's writes what was typed itself, and looks
 * whether it stands there before it goes on: both are let through.
 */
function catchOne(view: EditorView, typing: () => Transaction, work: () => boolean) {
  const { dispatch } = view;
  const caught: Transaction[] = [];
  let isTyped = false;
  view.dispatch = (transaction) => {
    isTyped ||= transaction.doc.eq(typing().doc);
    if (isTyped) dispatch(transaction);
    else caught.push(transaction);
  };
  try {
    return { isHandled: work(), made: caught[0] };
  } finally {
    view.dispatch = dispatch;
  }
}

/** A rule leaves out the text that it answers: that is written first, and then taken away with what the rule does. */
function behindTyping(view: EditorView, typing: Transaction, made: Transaction): void {
  view.dispatch(typing);
  const { tr } = view.state;
  for (const [index, step] of typing.steps.toReversed().entries()) {
    const doc = typing.docs[typing.steps.length - 1 - index];
    if (!doc || tr.maybeStep(step.invert(doc)).failed) return;
  }
  // what came with the typing may stand where the rule wants to write: then what was typed stays
  if (made.steps.some((step) => tr.maybeStep(step).failed)) return;
  tr.setSelection(Selection.fromJSON(tr.doc, made.selection.toJSON()));
  if (made.storedMarksSet) tr.setStoredMarks(made.storedMarks);
  view.dispatch(tr.setMeta(OWN_STEP, true).scrollIntoView());
}
