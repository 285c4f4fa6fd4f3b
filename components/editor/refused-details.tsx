"use client";
import { Dialog } from "@base-ui/react/dialog";
import type { RefusedChange } from "./refused-rows.ts";

type DetailsProps = { changes: readonly RefusedChange[]; userId: string; onClose: () => void };

/** Who wrote what was left out, when, and why it was. */
export function RefusedDetails({ changes, userId, onClose }: DetailsProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Changes that were left out</Dialog.Title>
          <Dialog.Description>
            They are stored, but they are in nobody’s document. Everything else is as it was written.
          </Dialog.Description>
          <ul className="left-out">
            {changes.map(({ seq, why, who, userId: author, at }) => (
              <li key={seq}>
                <b>{author === userId ? "You" : (who ?? "Somebody")}</b>
                {at ? (
                  <time dateTime={at.toISOString()}>{MOMENT.format(at)}</time>
                ) : (
                  <span>a moment ago</span>
                )}
                <span>{why}</span>
              </li>
            ))}
          </ul>
          <div className="choices">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
