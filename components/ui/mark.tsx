import type { ReactNode } from "react";

/** The sign of the product: lines of text and a caret. */
export function Mark({ children }: { children: ReactNode }) {
  return (
    <>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M2 4h16M2 10h10M2 16h13" stroke="currentColor" strokeWidth="2.2" fill="none" />
        <path d="M16 7.5v5" stroke="var(--accent)" strokeWidth="2.2" />
      </svg>
      <span>{children}</span>
    </>
  );
}
