"use client";
import Link from "next/link";
import { type ComponentProps, useEffect, useState } from "react";
import { afterText } from "./text-first.ts";

/**
 * A link whose page is fetched ahead only when the text of the document is there: both ask the same server, and the text
 * would come later for a page that nobody may want.
 */
export function LaterLink(props: ComponentProps<typeof Link>) {
  const [isTextThere, setTextThere] = useState(false);
  useEffect(() => {
    let isShown = true;
    void afterText().then(() => isShown && setTextThere(true));
    return () => {
      isShown = false;
    };
  }, []);
  return <Link {...props} prefetch={isTextThere ? null : false} />;
}
