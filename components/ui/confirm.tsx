"use client";
import { useState } from "react";
import type { ConfirmProps } from "./confirm-dialog.tsx";
import { Late } from "./late.tsx";
import { LatePart } from "./late-part.ts";

const dialog = new LatePart("The question", async () => (await import("./confirm-dialog.tsx")).ConfirmDialog);

/** Asks once more before something that cannot be undone; nothing is done where it cannot be asked. */
export function Confirm(props: ConfirmProps) {
  const [wasOpen, setOpened] = useState(props.open);
  if (props.open && !wasOpen) setOpened(true);
  if (!wasOpen) return null;
  const onMissing = () => {
    setOpened(false);
    props.onOpenChange(false);
  };
  return <Late part={dialog} props={props} onMissing={onMissing} />;
}
