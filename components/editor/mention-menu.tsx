"use client";
import type { EditorView } from "@tiptap/pm/view";
import { FilePlus2, FileText, UserRound } from "lucide-react";
import { type RefObject, useRef } from "react";
import { mentionWords } from "../../lib/core/mention.ts";
import type { MentionItem } from "../../lib/editor/mention.ts";
import type { MentionStore } from "./mention-store.ts";
import { useActiveOption, usePlace } from "./slash-menu.tsx";
import { useStore } from "./use-session.ts";

type Props = {
  view: EditorView;
  store: MentionStore;
  area: RefObject<HTMLDivElement | null>;
};

/** Documents and people that fit what is typed after "@" or "[[": a listbox beside the caret, which the text keeps. */
export function MentionMenu({ view, store, area }: Props) {
  const shown = useStore(store.shown);
  const list = useRef<HTMLDivElement>(null);
  const place = usePlace(view, shown?.query.from ?? null, area, list);
  useActiveOption(view, "mention", shown && shown.items.length > 0 ? shown.chosen : null);
  if (!shown) return null;
  return (
    <div className="slash float mentions" ref={list} style={place}>
      <div
        role="listbox"
        id="mention-list"
        aria-label={shown.query.sign === "@" ? "People and documents" : "Documents"}
        tabIndex={0}
      >
        {shown.items.map((item, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus; aria-activedescendant names the choice
          // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the editor's, see ListStore.onKey
          <div
            key={item.mention.id}
            id={`mention-${index}`}
            role="option"
            aria-selected={index === shown.chosen}
            className="option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => store.onPick(item)}
          >
            <Sign item={item} />
            <span className="named">
              <span>{item.isNew ? `New document “${item.mention.label}”` : nameOf(item)}</span>
              {item.where ? <small>{item.where}</small> : null}
            </span>
          </div>
        ))}
      </div>
      {shown.items.length === 0 ? (
        <p className="note empty-note" role="status">
          {shown.query.text.trim() === ""
            ? "There is no other document yet. Type a name to make one."
            : `Nothing is called “${shown.query.text.trim()}”. Go on typing, or press Esc.`}
        </p>
      ) : null}
    </div>
  );
}

const nameOf = ({ mention }: MentionItem): string => mentionWords(mention).replace(/^@/, "");

function Sign({ item: { mention, isNew } }: { item: MentionItem }) {
  const Icon = mention.kind === "person" ? UserRound : isNew ? FilePlus2 : FileText;
  return <Icon className="i" aria-hidden />;
}
