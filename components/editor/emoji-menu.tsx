"use client";
import type { EditorView } from "@tiptap/pm/view";
import { type RefObject, useRef } from "react";
import type { EmojiStore } from "./emoji-store.ts";
import { useActiveOption, usePlace } from "./slash-menu.tsx";
import { useStore } from "./use-session.ts";

type Props = { view: EditorView; store: EmojiStore; area: RefObject<HTMLDivElement | null> };

/** The emoji that fit what is typed after ":": a listbox beside the caret, while the text keeps the focus. */
export function EmojiMenu({ view, store, area }: Props) {
  const shown = useStore(store.shown);
  const list = useRef<HTMLDivElement>(null);
  const place = usePlace(view, shown?.query.from ?? null, area, list);
  useActiveOption(view, "emoji", shown ? shown.chosen : null);
  if (!shown) return null;
  return (
    <div className="slash float emoji" ref={list} style={place}>
      <div role="listbox" id="emoji-list" aria-label="Emoji" tabIndex={0}>
        {shown.items.map((emoji, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus; aria-activedescendant names the choice
          // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the editor's, see EmojiStore.onKey
          <div
            key={emoji.character}
            id={`emoji-${index}`}
            role="option"
            aria-selected={index === shown.chosen}
            className="option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => store.onPick(emoji)}
          >
            <b aria-hidden>{emoji.character}</b>
            <span>{emoji.words[0]?.replaceAll("_", " ")}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
