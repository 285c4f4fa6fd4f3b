"use client";
import Link from "next/link";
import { type ComponentProps, useContext } from "react";
import { GoContext } from "./go.tsx";

export type PageLinkProps = Omit<ComponentProps<typeof Link>, "href" | "onNavigate"> & { href: string };

/** A link to a page of the product, which goes the way of `useGo` where there is one. */
export function PageLink(props: PageLinkProps) {
  const go = useContext(GoContext);
  const { href } = props;
  return (
    <Link
      {...props}
      onNavigate={(event) => {
        if (!go) return;
        event.preventDefault();
        void go(href);
      }}
    />
  );
}
