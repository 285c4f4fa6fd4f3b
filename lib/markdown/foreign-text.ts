/** What notes of other programs write in plain text: `[[links]]` by name and `==highlights==`, and lines that stay lines. */
import type { PhrasingContent, RootContent, Text } from "mdast";

export type TextWays = {
  /** The address of what a link by name means, as `link` and `attachment` know it; null: nothing beside the text. */
  readonly named?: (name: string) => string | null;
  /** A line end in a paragraph is one on the page. */
  readonly keepsLines?: boolean;
};

const PARTS = /!?\[\[([^[\]|\n]{1,300})(?:\|([^[\]\n]{0,300}))?\]\]|==(?=[^\s=])([^=\n]*[^\s=])==/g;
const PICTURE = /\.(?:png|jpe?g|gif|webp|avif|svg|bmp)$/i;

/** Changes the nodes. */
export function expandTexts(nodes: readonly RootContent[], ways: TextWays): void {
  if (!ways.named && !ways.keepsLines) return;
  for (const node of nodes) {
    if (!("children" in node)) continue;
    const children = node.children as RootContent[];
    const expanded = children.flatMap((child): RootContent[] =>
      child.type === "text" ? expand(child, ways) : [child],
    );
    expandTexts(expanded, ways);
    children.splice(0, children.length, ...expanded);
  }
}

function expand(node: Text, { named, keepsLines }: TextWays): PhrasingContent[] {
  const pieces: PhrasingContent[] = [];
  const text = (value: string) => {
    if (value !== "") pieces.push({ ...node, value });
  };
  let end = 0;
  for (const match of named ? node.value.matchAll(PARTS) : []) {
    const [whole, name, alias, highlighted] = match;
    const found = name === undefined ? [] : linkTo(name, alias, whole.startsWith("!"), named);
    if (!found) continue;
    text(node.value.slice(end, match.index));
    end = match.index + whole.length;
    if (highlighted === undefined) pieces.push(...found);
    else pieces.push(tag("<mark>"), { ...node, value: highlighted }, tag("</mark>"));
  }
  text(node.value.slice(end));
  return keepsLines ? pieces.flatMap(withBreaks) : pieces;
}

const tag = (value: string): PhrasingContent => ({ type: "html", value });

/** Null when it means nothing that is here: then it stays as it is written. */
function linkTo(
  name: string,
  alias: string | undefined,
  isShown: boolean,
  named: TextWays["named"],
): PhrasingContent[] | null {
  const [page = "", heading] = name.split("#", 2).map((part) => part.trim());
  const url = page === "" ? null : (named?.(page) ?? null);
  if (url === null) return null;
  if (isShown && PICTURE.test(page)) return [{ type: "image", url, alt: "" }];
  const words = alias?.trim() || (heading ? `${page} › ${heading}` : page);
  return [{ type: "link", url, children: [{ type: "text", value: words }] }];
}

function withBreaks(node: PhrasingContent): PhrasingContent[] {
  if (node.type !== "text") return [node];
  return node.value
    .split("\n")
    .flatMap((line, index): PhrasingContent[] => [
      ...(index > 0 ? [{ type: "break" } as const] : []),
      ...(line === "" ? [] : [{ ...node, value: line }]),
    ]);
}
