"use client";
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState } from "react";

export type ConfirmProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** The word on the button that does it. */
  action: string;
  /** The dialog stays, busy, until this settles; it closes when the promise resolves. */
  onConfirm: () => Promise<void>;
};

/** Asks once more before something that cannot be undone. Focus starts on the harmless choice. */
export function ConfirmDialog({ open, onOpenChange, title, description, action, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onOpenChange(false);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !busy && onOpenChange(next)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="scrim" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{description}</AlertDialog.Description>
          <div className="choices">
            <AlertDialog.Close className="button">Cancel</AlertDialog.Close>
            <button type="button" className="button bad" aria-busy={busy} disabled={busy} onClick={confirm}>
              {action}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
