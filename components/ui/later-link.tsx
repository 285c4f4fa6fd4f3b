"use client";
import { useState } from "react";
import { PageLink, type PageLinkProps } from "./page-link.tsx";

type LaterLinkProps = Omit<PageLinkProps, "prefetch" | "onPointerEnter" | "onFocus">;

/**
 * A link whose page is fetched ahead when a pointer or the focus comes to it. Fetched with the page that it stands on, it
 * would be asked of the same server as the text of a document and its live channel, for a page that nobody may want.
 */
export function LaterLink(props: LaterLinkProps) {
  const [isNear, setNear] = useState(false);
  const come = () => setNear(true);
  return <PageLink {...props} prefetch={isNear ? null : false} onPointerEnter={come} onFocus={come} />;
}
