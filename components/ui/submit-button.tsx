"use client";
import type { ReactNode } from "react";
import { useFormStatus } from "react-dom";

type SubmitProps = { children: ReactNode; primary?: boolean; name?: string; value?: string };

/** Busy while its form is on the way. It stays focusable, so that the focus is not lost on a slow line. */
export function SubmitButton({ children, primary = false, name, value }: SubmitProps) {
  const { pending, data } = useFormStatus();
  const mine = pending && (name === undefined || data?.get(name) === value);
  return (
    <button
      type="submit"
      className={primary ? "button primary tall" : "button tall"}
      aria-busy={mine}
      aria-disabled={pending}
      {...(name ? { name, value } : {})}
      onClick={(event) => pending && event.preventDefault()}
    >
      {children}
    </button>
  );
}
