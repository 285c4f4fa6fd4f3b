/**
 * What an editor needs for some blocks alone, and for the clipboard, in one piece that comes behind the text, or as soon
 * as such a block is drawn (lib/editor/late-kit.ts).
 */
import { columnWidthsPlugin } from "../../lib/editor/column-widths.ts";
import { insertEmbed } from "../../lib/editor/embed-commands.ts";
import { type EmbedDoor, EmbedView, embedPastePlugin } from "../../lib/editor/embed-view.ts";
import { type HighlightingKey, highlightingPlugin } from "../../lib/editor/highlighting.ts";
import type { MakeView } from "../../lib/editor/late-view.ts";
import { mathHandPlugin } from "../../lib/editor/math-hand.ts";
import { tableHandPlugin } from "../../lib/editor/table-hand.ts";
import { toast } from "../ui/toast.ts";
import { AttachmentKit, type AttachmentNeeds } from "./attachments/attachment-kit.ts";
import { clipboardOf } from "./clipboard-doors.ts";
import { lateHighlighter } from "./late-highlighter.ts";

export class BlockKit {
  readonly attachments: AttachmentKit;
  readonly insertEmbed = insertEmbed;
  readonly mathHand = mathHandPlugin;
  readonly tableHand = tableHandPlugin;
  readonly columnWidths = columnWidthsPlugin;
  readonly highlighting = (key: HighlightingKey) => highlightingPlugin(lateHighlighter, key);

  constructor(needs: AttachmentNeeds) {
    this.attachments = new AttachmentKit(needs);
  }

  clipboard() {
    return clipboardOf(this.attachments);
  }

  embedPaste() {
    return embedPastePlugin(EMBED_DOOR);
  }

  readonly embedView: MakeView = (node, view, at) => new EmbedView(node, view, at, EMBED_DOOR);

  destroy(): void {
    this.attachments.destroy();
  }
}

const EMBED_DOOR: EmbedDoor = {
  offer: (siteName, show) =>
    void toast(`This is a link to ${siteName}.`, {
      description: "It can be shown here, in the page.",
      duration: 15_000,
      action: { label: "Show it here", onClick: show },
    }),
  becameLink: () => void toast("That site cannot be shown in the page, so it is a link."),
};
