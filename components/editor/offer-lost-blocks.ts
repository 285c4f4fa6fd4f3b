/** Offers blocks back that another person deleted while this one was writing in them. */
import type { EditorView } from "@tiptap/pm/view";
import type { UndoManager } from "yjs";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { BlockMap } from "../../lib/core/block-map.ts";
import { LOCAL, placeOf } from "../../lib/editor/binding.ts";
import { flashBlock } from "../../lib/editor/flash.ts";
import { bringBack, type Lost, watchLostBlocks } from "../../lib/editor/lost-blocks.ts";
import { RecentWords } from "../../lib/editor/recent-words.ts";
import { toast } from "../ui/toast.ts";
import { lostBlocksWords } from "./lost-blocks-words.ts";

/** Long enough to be read to the end by a screen reader, and to be reached by keys. */
const STAYS_MS = 30_000;

export function offerLostBlocks(session: DocumentSession, map: BlockMap, undo: UndoManager) {
  const recent = new RecentWords();
  let view: EditorView | null = null;
  const storeWords = () => {
    if (!session.hasUnsent()) recent.stored(Date.now());
  };
  const offer = (lost: Lost) => {
    const by = lost.deletedBy === null ? null : session.authorOf(lost.deletedBy);
    const isMine = by?.userId != null && by.userId === session.authorOf(map.doc.clientID)?.userId;
    if (isMine || !session.status.getSnapshot().isWritable) return;
    const { title, description } = lostBlocksWords(lost, by?.name ?? null, (id) => map.has(id));
    const onClick = () => restore(lost);
    toast(title, { description, duration: STAYS_MS, action: { label: "Bring it back", onClick } });
  };
  const restore = (lost: Lost) => {
    if (!session.status.getSnapshot().isWritable) {
      toast.error("You can no longer change this document. Nothing was brought back.");
      return;
    }
    undo.stopCapturing();
    map.doc.transact(() => bringBack(map, lost), LOCAL);
    undo.stopCapturing();
    const [first] = lost.blocks;
    if (view && first) flashBlock(view, first.id);
    view?.focus();
  };
  const stopWatching = watchLostBlocks(map, {
    recent: () => recent.list(Date.now()),
    // Who did it may come with the same answer of the server, right behind the edit.
    onLost: (lost) => queueMicrotask(() => offer(lost)),
  });
  const stopFollowing = session.saveState.subscribe(storeWords);
  return {
    /** This person changed the document where the caret is now. */
    wrote: (shown: EditorView) => {
      view = shown;
      const place = placeOf(shown.state.doc, shown.state.selection.head);
      if (place) recent.wrote(place.block);
    },
    stop: () => {
      stopWatching();
      stopFollowing();
    },
  };
}
