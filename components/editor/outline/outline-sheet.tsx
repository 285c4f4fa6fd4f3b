"use client";
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { OpenBody } from "../document-body.tsx";
import type { Headings } from "./headings.ts";
import { OutlineList } from "./outline-list.tsx";

type SheetProps = { body: OpenBody; headings: Headings; onClose: () => void };

/** The outline where there is no room beside the text: over its lower part, until one has chosen. */
export function OutlineSheet({ body, headings, onClose }: SheetProps) {
  /** What opened it is gone, and the text would bring up the keyboard: the next Tab begins beside the sidebar. */
  const toPage = () => {
    body.view.dom.closest<HTMLElement>("[tabindex='-1']")?.focus({ preventScroll: true });
    return false;
  };
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        {/* the page stays where the jump put it */}
        <Dialog.Popup className="bottom-sheet" finalFocus={toPage}>
          <div className="outline-head">
            <Dialog.Title>Outline</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close the outline">
              <X className="i" aria-hidden />
            </Dialog.Close>
          </div>
          <nav aria-label="Outline" data-outline="">
            <OutlineList headings={headings} view={body.view} onJump={onClose} />
          </nav>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
