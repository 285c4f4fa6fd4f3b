"use client";
import { Dialog } from "@base-ui/react/dialog";
import type { EditorView } from "@tiptap/pm/view";
import { X } from "lucide-react";
import { type FormEvent, useRef } from "react";
import { readAttachment } from "../../../lib/core/attachment.ts";
import { describePicture, pictureOf } from "../../../lib/editor/describe-picture.ts";
import { useStore } from "../use-session.ts";
import type { AttachmentDialog, OpenAttachments } from "./open-attachments.ts";

type Props = { view: EditorView; attachments: OpenAttachments };

/** A picture in full, or the field for its words. Escape closes; the focus goes back to the button. */
export function AttachmentDialogs({ view, attachments }: Props) {
  const shown = useStore(attachments.dialog);
  const last = useRef<AttachmentDialog | null>(null);
  if (shown) last.current = shown;
  const close = () => attachments.dialog.set(null);
  return (
    <Dialog.Root open={shown !== null} onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        {last.current?.kind === "large" ? <LargePicture dialog={last.current} /> : null}
        {last.current?.kind === "alt" ? (
          <AltText key={last.current.blockId} view={view} dialog={last.current} onDone={close} />
        ) : null}
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function LargePicture({ dialog }: { dialog: Extract<AttachmentDialog, { kind: "large" }> }) {
  const { attachment, address, from } = dialog;
  return (
    <Dialog.Popup className="large-picture" finalFocus={() => from}>
      <div className="large-bar">
        <Dialog.Title>{attachment.alt || attachment.name || "Picture"}</Dialog.Title>
        <Dialog.Close className="icon-button" aria-label="Close picture">
          <X className="i" aria-hidden />
        </Dialog.Close>
      </div>
      {/* biome-ignore lint/performance/noImgElement: bytes that this page holds already */}
      <img src={address} alt={attachment.alt} />
    </Dialog.Popup>
  );
}

type AltProps = {
  view: EditorView;
  dialog: Extract<AttachmentDialog, { kind: "alt" }>;
  onDone: () => void;
};

function AltText({ view, dialog, onDone }: AltProps) {
  const found = pictureOf(view.state.doc, dialog.blockId);
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("alt") ?? "");
    view.dispatch(describePicture(view.state, dialog.blockId, text));
    onDone();
  };
  /** Not the button that was pressed: with another text the picture's tools are drawn anew. */
  const tool = () =>
    view.dom.querySelector<HTMLElement>(`[data-block-id="${dialog.blockId}"] button.describe`);
  return (
    <Dialog.Popup className="dialog" finalFocus={tool}>
      <Dialog.Title>Alternative text</Dialog.Title>
      <Dialog.Description>
        What the picture shows, for those who hear the page or cannot load it. Leave it empty when the picture
        only decorates.
      </Dialog.Description>
      <form onSubmit={save}>
        <input
          name="alt"
          aria-label="Alternative text"
          className="input"
          maxLength={1_000}
          autoComplete="off"
          defaultValue={found ? readAttachment(found.node.attrs.props).alt : ""}
        />
        <div className="choices">
          <Dialog.Close className="button">Cancel</Dialog.Close>
          <button type="submit" className="button primary">
            Save
          </button>
        </div>
      </form>
    </Dialog.Popup>
  );
}
