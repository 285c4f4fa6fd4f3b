/**
 * Every shortcut there is, for the sheet that lists them. `shortcuts.test.ts` holds the ones of the text against its
 * keymap, both ways; a key that is bound and not named here fails.
 *
 * Keys are written as ProseMirror does: `Mod` is Ctrl, on a Mac Cmd.
 */
import { SLASH_ITEMS } from "./slash-items.ts";

export type Shortcut = {
  /** Each does the same. */
  readonly keys: readonly string[];
  readonly does: string;
};
/** `by` says who answers the keys. */
export type ShortcutGroup = {
  readonly name: string;
  readonly by: "keymap" | "marks" | "page" | "tree" | "typing";
  readonly shortcuts: readonly Shortcut[];
};

const key = (does: string, ...keys: string[]): Shortcut => ({ does, keys });

export const SHORTCUTS: readonly ShortcutGroup[] = [
  {
    name: "Text",
    by: "marks",
    shortcuts: [
      key("Bold", "Mod-b"),
      key("Italic", "Mod-i"),
      key("Underline", "Mod-u"),
      key("Strikethrough", "Mod-Shift-s"),
      key("Code within a line", "Mod-e"),
      key("Formula within a line", "Mod-Shift-e"),
    ],
  },
  {
    name: "Blocks",
    by: "keymap",
    shortcuts: [
      key("New line in the same block", "Shift-Enter"),
      key("Deeper; in a table the next cell", "Tab"),
      key("Back out; in a table the cell before", "Shift-Tab"),
      key("Move up, in a table the row", "Alt-Shift-ArrowUp"),
      key("Move down, in a table the row", "Alt-Shift-ArrowDown"),
      key("Move left: a table's column, or one beside others", "Alt-Shift-ArrowLeft"),
      key("Move right: a table's column, or one beside others", "Alt-Shift-ArrowRight"),
      key("Tick, fold, or choose a kind or language", "Mod-Enter"),
      key("Choose the whole block; then Tab leaves the text", "Escape"),
      key("Choose more blocks upwards", "Shift-ArrowUp"),
      key("Choose more blocks downwards", "Shift-ArrowDown"),
      key("Choose everything; in a table or code that first", "Mod-a"),
      key("Duplicate", "Mod-d"),
      key("Undo", "Mod-z"),
      key("Redo", "Mod-Shift-z", "Mod-y"),
    ],
  },
  {
    name: "Turn a block into",
    by: "keymap",
    shortcuts: [
      key("Text", "Mod-Alt-0"),
      key("Heading 1", "Mod-Alt-1"),
      key("Heading 2", "Mod-Alt-2"),
      key("Heading 3", "Mod-Alt-3"),
      key("Numbered list", "Mod-Shift-7"),
      key("Bulleted list", "Mod-Shift-8"),
      key("Task", "Mod-Shift-9"),
    ],
  },
  {
    name: "Typed at the start of a block",
    by: "typing",
    shortcuts: [
      key("Any block, by its name", "/"),
      key("An emoji, by its name, anywhere", ":"),
      key("A person or a document, by name, anywhere", "@"),
      key("A document, by its title, anywhere", "[["),
      key("A link, anywhere", "[words](https://…)"),
      ...SLASH_ITEMS.filter(({ shorthand }) => shorthand).map(({ name, shorthand }) => key(name, shorthand)),
    ],
  },
  {
    name: "Page",
    by: "page",
    shortcuts: [
      key("Search every document", "Mod-k"),
      key("Find and replace", "Mod-f"),
      key("Link what is chosen, or the word at the caret", "Mod-Shift-k"),
      key("To where the name or the link at the caret leads", "Alt-Enter"),
      key("Copy as Markdown", "Mod-Alt-c"),
      key("Paste as plain text", "Mod-Shift-v"),
      key("To the toolbar over the chosen text", "Alt-F10"),
      key("The menu of the block", "Mod-/"),
      key("These shortcuts; outside the text ? alone", "Mod-Shift-/"),
    ],
  },
  {
    name: "Documents in the sidebar",
    by: "tree",
    shortcuts: [
      key("Go through them", "ArrowUp", "ArrowDown"),
      key("Show or hide what is inside", "ArrowRight", "ArrowLeft"),
      key("Open", "Enter"),
      key("Rename", "F2"),
      key("Move among its neighbours", "Alt-Shift-ArrowUp", "Alt-Shift-ArrowDown"),
      key("Move into the one above, or out", "Alt-Shift-ArrowRight", "Alt-Shift-ArrowLeft"),
      key("Move to the trash", "Delete"),
    ],
  },
];

const SIGNS: Readonly<Record<string, readonly [sign: string, name: string]>> = {
  ArrowUp: ["↑", "Up"],
  ArrowDown: ["↓", "Down"],
  ArrowLeft: ["←", "Left"],
  ArrowRight: ["→", "Right"],
  Escape: ["Esc", "Escape"],
};
const MAC: Readonly<Record<string, readonly [sign: string, name: string]>> = {
  Mod: ["⌘", "Command"],
  Alt: ["⌥", "Option"],
  Shift: ["⇧", "Shift"],
};

/** A key as caps to draw, and the name that is read aloud. */
export function capsOf(keys: string, isMac: boolean): (readonly [sign: string, name: string])[] {
  return keys.split("-").map((part) => {
    const cap = (isMac ? MAC[part] : undefined) ?? SIGNS[part];
    if (cap) return cap;
    const sign = part === "Mod" ? "Ctrl" : part.length === 1 ? part.toUpperCase() : part;
    return [sign, sign];
  });
}
