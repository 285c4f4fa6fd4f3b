import type { Editor } from "@tiptap/core";
import { describe, expect, it } from "vitest";

import * as Y from "yjs";
import { bodyKeys } from "./keymap.ts";
import { documentExtensions } from "./schema.ts";
import { capsOf, SHORTCUTS, type ShortcutGroup } from "./shortcuts.ts";

/** Keys that do in the text what they do everywhere. */
const ORDINARY = [
  ...["Enter", "Backspace", "Mod-Backspace", "Delete", "Mod-Delete"],
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Mod-Home", "Mod-Shift-Home"],
];

const listed = (by: ShortcutGroup["by"]): string[] =>
  SHORTCUTS.filter((group) => group.by === by)
    .flatMap(({ shortcuts }) => shortcuts)
    .flatMap(({ keys }) => keys);

describe("the sheet of shortcuts", () => {
  it("names each key that the text answers, and none that it does not", () => {
    const bound = Object.keys(bodyKeys(new Y.UndoManager(new Y.Doc().getMap())));
    // those of the marks are the text's own while whole blocks are chosen
    const named = [...listed("keymap"), ...listed("marks"), ...ORDINARY];
    expect(named.toSorted()).toEqual(bound.toSorted());
  });

  it("names the keys of the marks", () => {
    const bound = documentExtensions.flatMap(({ config, name }) => {
      const make = config.addKeyboardShortcuts as ((this: unknown) => Record<string, unknown>) | undefined;
      return Object.keys(make?.call({ name, editor: undefined as unknown as Editor }) ?? {});
    });
    const plain = new Set(bound.map((key) => key.replace(/[A-Z]$/, (letter) => letter.toLowerCase())));
    expect(listed("marks").toSorted()).toEqual([...plain].toSorted());
  });

  it("names nothing twice within a group, and no key twice that one and the same answers", () => {
    for (const { by, name, shortcuts } of SHORTCUTS) {
      expect(new Set(shortcuts.map(({ does }) => does)).size, name).toBe(shortcuts.length);
      if (by !== "typing") expect(new Set(listed(by)).size, by).toBe(listed(by).length);
    }
  });

  it("draws keys as the person's keyboard has them", () => {
    expect(capsOf("Mod-Alt-1", false).map(([sign]) => sign)).toEqual(["Ctrl", "Alt", "1"]);
    expect(capsOf("Alt-Shift-ArrowUp", true).map(([sign]) => sign)).toEqual(["⌥", "⇧", "↑"]);
    expect(capsOf("Mod-b", true)).toEqual([
      ["⌘", "Command"],
      ["B", "B"],
    ]);
  });
});
