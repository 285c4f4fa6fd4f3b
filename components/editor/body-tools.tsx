"use client";
/** What stands over and beside the text: menus, bars and the others' carets. It comes right behind the text. */
import type { EditorView } from "@tiptap/pm/view";
import { type RefObject, useEffect, useRef } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { BlockHandle } from "./block-handle.tsx";
import { BlockNews } from "./block-news.tsx";
import { Bubble } from "./bubble.tsx";
import { CalloutMenu } from "./callout-menu.tsx";
import { chooseByDrag } from "./choose-by-drag.ts";
import { giveHeldKey } from "./early-keys.ts";
import { EmojiMenu } from "./emoji-menu.tsx";
import { FindBar } from "./find-bar.tsx";
import { FormatBar } from "./format-bar.tsx";
import { LanguageMenu } from "./language-menu.tsx";
import { LinkCard } from "./link-card.tsx";
import { MentionMenu } from "./mention-menu.tsx";
import type { DocumentEditor } from "./open-editor.ts";
import { pointedOut } from "./pointed-out.ts";
import { RemoteCarets } from "./remote-carets.tsx";
import { SlashMenu } from "./slash-menu.tsx";
import { Starters } from "./starters.tsx";
import { TableMenu } from "./table-menu.tsx";

type ToolsProps = {
  documentId: string;
  view: EditorView;
  opened: DocumentEditor;
  session: DocumentSession;
  isWritable: boolean;
  area: RefObject<HTMLDivElement | null>;
  look: MentionDoor["look"];
};

export function BodyTools({ documentId, view, opened, session, isWritable, area, look }: ToolsProps) {
  return (
    <>
      <RemoteCarets
        view={view}
        map={opened.map}
        people={session.people}
        pointed={pointedOut(session)}
        area={area}
      />
      <FindBar {...{ view, isWritable, look }} newStep={opened.newStep} onChange={opened.onChange} />
      {isWritable ? <WritingTools {...{ view, opened, area }} /> : null}
      {isWritable ? <Starters {...{ documentId, view, session }} map={opened.map} /> : null}
    </>
  );
}

function WritingTools({ view, opened, area }: Pick<ToolsProps, "view" | "opened" | "area">) {
  const blockMenu = useRef<(() => void) | null>(null);
  useEffect(() => giveHeldKey(view), [view]);
  useEffect(() => {
    const page = area.current?.parentElement;
    return page ? chooseByDrag(view, page) : undefined;
  }, [view, area]);
  return (
    <>
      <SlashMenu view={view} menu={opened.slash} area={area} />
      <EmojiMenu view={view} store={opened.emoji} area={area} />
      <MentionMenu view={view} store={opened.mentions} area={area} />
      <BlockNews view={view} />
      <BlockHandle
        {...{ view, area }}
        onChange={opened.onChange}
        newStep={opened.newStep}
        history={opened.history}
        opener={blockMenu}
      />
      <Bubble view={view} store={opened.formats} area={area} />
      <LinkCard view={view} store={opened.links} formats={opened.formats} area={area} />
      <CalloutMenu view={view} store={opened.callouts} />
      <LanguageMenu view={view} store={opened.codes} area={area} />
      <FormatBar {...{ view, opened }} store={opened.bar} onBlockMenu={() => blockMenu.current?.()} />
      <TableMenu view={view} store={opened.tables} area={area} newStep={opened.newStep} />
    </>
  );
}
