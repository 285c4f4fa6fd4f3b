"use client";
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { capsOf, SHORTCUTS, type ShortcutGroup } from "../../lib/editor/shortcuts.ts";

type SheetProps = { onClose: () => void };

/** Every shortcut, by who answers it. Shown by ?, by Ctrl/Cmd+/ and from the menus. */
export function ShortcutsSheet({ onClose }: SheetProps) {
  const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="dialog shortcuts">
          <div className="shortcuts-head">
            <Dialog.Title>Keyboard shortcuts</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close the shortcuts">
              <X className="i" aria-hidden />
            </Dialog.Close>
          </div>
          <div className="shortcuts-groups">
            {SHORTCUTS.map((group) => (
              <Group key={group.name} group={group} isMac={isMac} />
            ))}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ group, isMac }: { group: ShortcutGroup; isMac: boolean }) {
  return (
    <section>
      <h3>{group.name}</h3>
      <dl>
        {group.shortcuts.map(({ does, keys }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((one, index) => (
                <span key={one}>
                  {index > 0 ? <span className="note">or</span> : null}
                  {(group.by === "typing" ? [[one, one] as const] : capsOf(one, isMac)).map(
                    ([sign, name]) => (
                      <kbd key={sign}>
                        {sign === name ? (
                          sign
                        ) : (
                          <>
                            <span aria-hidden>{sign}</span>
                            <span className="unseen">{name}</span>
                          </>
                        )}
                      </kbd>
                    ),
                  )}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
