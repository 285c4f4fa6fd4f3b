/** What comes by paste or drop, read as blocks: pages of other programs, our own blocks, lines of code. */
import type { BlockNode } from "../core/block-tree.ts";
import { pictureOfDataUrl } from "../html/data-url.ts";
import { BLOCK } from "../html/own-block.ts";
import { parseHtml } from "../html/parse-html.ts";
import { readHtml } from "../html/read-html.ts";

export type Pasted = {
  readonly blocks: readonly BlockNode[];
  /** Whether the first and the last block go on with the text around the caret. */
  readonly open: readonly [boolean, boolean];
  /** Pictures that came with their bytes; `pasted` in the attributes of an image block is an index in it. */
  readonly pictures: readonly File[];
  /** Pictures that are named by a place on another computer. */
  readonly lost: number;
};

export const PASTED = "pasted";

/** @param mostBlocks reading ends soon behind it */
export function readPasted(html: string, mostBlocks: number): Pasted {
  const { body } = parseHtml(html);
  const pictures: File[] = [];
  let lost = 0;
  const blocks = readHtml(body, {
    mostBlocks,
    picture({ src, alt }) {
      const file = pictureOfDataUrl(src, alt);
      if (file)
        return { type: "image", attrs: { [PASTED]: pictures.push(file) - 1 }, text: [], children: [] };
      if (!/^https?:/i.test(src)) lost++;
      return null;
    },
  });
  return { blocks, open: openEnds(body), pictures, lost };
}

/** What we copied says where it was cut; a piece of another page goes on with the text. */
function openEnds(body: HTMLElement): [boolean, boolean] {
  const said =
    body.querySelector(`[${BLOCK}]`) && body.querySelector("[data-pm-slice]")?.getAttribute("data-pm-slice");
  const [, start, end] = /^(\d+) (\d+)/.exec(said ?? "") ?? [];
  return [start !== "0", end !== "0"];
}

export const pastedBlocks = (blocks: readonly BlockNode[]): Pasted => ({
  blocks,
  open: [true, true],
  pictures: [],
  lost: 0,
});

/** What an editor of code says of its lines, in a type of its own; null: not from there, or a part of one line. */
export function codeOf(data: DataTransfer): { language: string; text: string } | null {
  const said = data.getData("vscode-editor-data");
  const text = data.getData("text/plain").replace(/\r\n?/g, "\n");
  if (said === "" || !text.includes("\n")) return null;
  const language = /"mode"\s*:\s*"([\w+#.-]{1,40})"/.exec(said)?.[1] ?? "";
  return { language: language === "plaintext" ? "" : language, text: text.replace(/\n$/, "") };
}
