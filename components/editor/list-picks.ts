/**
 * What the lists beside the caret do with what is picked. Keys pick before the lists are drawn, too: their code comes
 * behind the text (body-tools.tsx), and who knows the name of a block does not wait for it.
 */
import type { EditorView } from "@tiptap/pm/view";
import { closeEmoji, insertEmoji } from "../../lib/editor/emoji.ts";
import { closeMention, insertMention, type MentionDoor, unmakeMention } from "../../lib/editor/mention.ts";
import { closeSlash, runSlashItem } from "../../lib/editor/slash.ts";
import type { DocumentEditor } from "./open-editor.ts";
import { keepRecentEmoji } from "./recent-emoji.ts";

type Lists = Pick<DocumentEditor, "slash" | "emoji" | "mentions" | "attachments" | "late">;

export function letListsPick(
  view: EditorView,
  { slash, emoji, mentions, attachments, late }: Lists,
  door: MentionDoor,
): void {
  slash.onPick = (item) =>
    runSlashItem(view, item, { choose: (type) => attachments.choose(view, type), late });
  slash.onClose = () => closeSlash(view);
  emoji.onPick = ({ character }) => {
    keepRecentEmoji(character);
    insertEmoji(view, character);
  };
  emoji.onClose = () => closeEmoji(view);
  mentions.onPick = ({ mention, isNew }) => {
    insertMention(view, mention);
    if (isNew) door.make(mention).catch(() => view.isDestroyed || unmakeMention(view, mention));
  };
  mentions.onClose = () => closeMention(view);
}
