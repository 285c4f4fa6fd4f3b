/** The link that the caret is in. */
import type { EditorState } from "@tiptap/pm/state";

export type LinkHere = { readonly from: number; readonly to: number; readonly href: string };

/** All of it, over the pieces that other marks divide it into; null where the caret is in none, or text is chosen. */
export function linkHere({ selection, schema }: EditorState): LinkHere | null {
  const { $from, empty } = selection;
  const type = schema.marks.link;
  const mark = empty && type ? type.isInSet($from.marks()) : undefined;
  if (!mark) return null;
  const { parent } = $from;
  let from = $from.start();
  let to = from;
  parent.forEach((child, offset) => {
    const at = $from.start() + offset;
    if (!mark.isInSet(child.marks)) {
      if (at < $from.pos) from = to = at + child.nodeSize;
    } else if (at === to) to = at + child.nodeSize;
  });
  return { from, to, href: String(mark.attrs.href) };
}

/** A path of this site, for a page that is at `place`: its own router leads there. Null: elsewhere. */
export function ownPath(
  href: string,
  place: { readonly href: string; readonly origin: string },
): string | null {
  const url = URL.parse(href, place.href);
  return url?.origin === place.origin ? `${url.pathname}${url.search}${url.hash}` : null;
}
