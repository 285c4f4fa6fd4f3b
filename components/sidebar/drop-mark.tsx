import type { DropTarget } from "./drop-target.ts";

/** Shows where the document under way would stand: a line between two, or a frame around the one it would go into. */
export function DropMark({ target, item }: { target: DropTarget; item: HTMLElement | null }) {
  if (!item) return null;
  const { offsetTop, offsetHeight } = item;
  if (target.side === "inside")
    return <div className="tree-drop inside" aria-hidden style={{ top: offsetTop, height: offsetHeight }} />;
  const top = offsetTop + (target.side === "below" ? offsetHeight : 0);
  return <div className="tree-drop" aria-hidden style={{ top, left: `${target.level * 16 + 8}px` }} />;
}
