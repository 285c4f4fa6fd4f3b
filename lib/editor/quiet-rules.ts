/**
 * What is typed is turned into blocks and marks by rules, some thirty, and each key asks all of them. None ends with a
 * letter or a digit: so these ask none.
 */
import { Plugin } from "@tiptap/pm/state";
import type { EditorProps } from "@tiptap/pm/view";

const ENDS_NO_RULE = /[\p{L}\p{N}]$/u;

export const quietRules = (): Plugin =>
  new Plugin({
    view({ state }) {
      for (const plugin of state.plugins) {
        const { handleTextInput } = plugin.props;
        if (!plugin.spec.isInputRules || !handleTextInput) continue;
        const quiet: EditorProps["handleTextInput"] = (view, from, to, text, insert) =>
          !ENDS_NO_RULE.test(text) && handleTextInput.call(plugin, view, from, to, text, insert) === true;
        Object.assign(plugin.props, { handleTextInput: quiet });
      }
      return {};
    },
  });
