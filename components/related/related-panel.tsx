"use client";
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { RelatedList, type RelatedProps } from "./related-list.tsx";

type PanelProps = RelatedProps & {
  /** Over the lower part of the page, where there is no margin beside the text. */
  isSheet: boolean;
  onClose: () => void;
};

export function RelatedPanel({ isSheet, onClose, go, ...list }: PanelProps) {
  if (!isSheet) {
    return (
      <aside className="panel related-panel" aria-label="Related">
        <div className="outline-head">
          <h2>Related</h2>
          <button
            type="button"
            className="icon-button"
            aria-label="Hide the related blocks"
            onClick={onClose}
          >
            <X className="i" aria-hidden />
          </button>
        </div>
        <RelatedList {...list} go={go} />
      </aside>
    );
  }
  const goAndClose = (documentId: string, hash: string) => {
    onClose();
    go(documentId, hash);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="bottom-sheet">
          <div className="outline-head">
            <Dialog.Title>Related</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close the related blocks">
              <X className="i" aria-hidden />
            </Dialog.Close>
          </div>
          <div className="related-sheet">
            <RelatedList {...list} go={goAndClose} />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
