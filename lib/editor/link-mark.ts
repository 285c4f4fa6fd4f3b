/** A link. Its address is judged where it comes in (block-nodes.ts) and once more where it is drawn. */
import { Mark } from "@tiptap/core";
import { isSafeHref } from "../core/link.ts";

const isSafe = (href: unknown): href is string => typeof href === "string" && isSafeHref(href);
const REL = "noopener noreferrer nofollow";

/** Typing at its end goes on with it; a blank there ends it (autolink.ts). */
export const Link = Mark.create({
  name: "link",
  priority: 1_000,
  keepOnSplit: false,
  exitable: true,
  inclusive: true,
  addAttributes: () => ({
    href: { default: null },
    target: { default: null },
    rel: { default: REL },
    class: { default: "link" },
    title: { default: null },
  }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => (isSafe(element.getAttribute("href")) ? null : false) },
  ],
  renderHTML: ({ HTMLAttributes }) => [
    "a",
    { ...HTMLAttributes, href: isSafe(HTMLAttributes.href) ? HTMLAttributes.href : "" },
    0,
  ],
});
