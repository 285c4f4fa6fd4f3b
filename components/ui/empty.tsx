import type { ReactNode } from "react";

type EmptyProps = { title: string; text: string; children?: ReactNode; heading?: "h1" | "h2" };

/** An empty or failed state: what is so, what is safe, and the next step. */
export function Empty({ title, text, children, heading: Heading = "h2" }: EmptyProps) {
  return (
    <div className="empty">
      <Heading>{title}</Heading>
      <p>{text}</p>
      {children ? <div className="links">{children}</div> : null}
    </div>
  );
}
