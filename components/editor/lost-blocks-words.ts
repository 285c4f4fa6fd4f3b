import type { BlockId } from "../../lib/core/ids.ts";
import type { Lost } from "../../lib/editor/lost-blocks.ts";

/** What is said of blocks that somebody deleted under one's hands. `stands`: something of the block is still there. */
export function lostBlocksWords(
  { blocks }: Pick<Lost, "blocks">,
  name: string | null,
  stands: (id: BlockId) => boolean,
): { title: string; description: string } {
  const own = blocks.filter(({ isOwn }) => isOwn);
  const what = own.length === 1 ? "the block" : `${own.length} blocks`;
  const kept = own.every(({ id }) => stands(id))
    ? "What you wrote meanwhile is still there. The rest can be brought back."
    : "Your words are kept for as long as this notice stands.";
  return { title: `${name ?? "Somebody"} deleted ${what} you were writing in.`, description: kept };
}
