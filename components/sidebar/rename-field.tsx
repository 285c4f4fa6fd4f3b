"use client";
import { useEffect, useRef } from "react";

type RenameProps = { title: string; onDone: (title: string | null) => void };

/** The title as a field: Enter or leaving keeps it, Escape does not. `onDone(null)` means that nothing changes. */
export function RenameField({ title, onDone }: RenameProps) {
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => field.current?.select(), []);
  const done = (keep: boolean) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(keep ? (field.current?.value.trim() ?? null) : null);
  };
  return (
    <input
      ref={field}
      className="rename"
      aria-label="New title"
      defaultValue={title}
      maxLength={500}
      onBlur={() => done(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          done(event.key === "Enter");
        }
      }}
    />
  );
}
