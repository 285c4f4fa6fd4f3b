import type { ReactNode } from "react";

type SubmitProps = {
  children: ReactNode;
  primary?: boolean;
  /** Told apart from the form's other buttons by this value, under the name `way`. */
  way?: string;
  /** The way that is being gone; null while nothing is. */
  busy: string | null;
};

/** Busy while its form is on the way. It stays focusable, so that the focus is not lost on a slow line. */
export function SubmitButton({ children, primary = false, way = "", busy }: SubmitProps) {
  return (
    <button
      type="submit"
      className={primary ? "button primary tall" : "button tall"}
      aria-busy={busy === way}
      aria-disabled={busy !== null}
      {...(way ? { name: "way", value: way } : {})}
    >
      {children}
    </button>
  );
}
