import { expect, it } from "vitest";
import type { BlockNode } from "../../../lib/core/block-tree.ts";
import { withOwnCopies } from "./own-copies.ts";

const there = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const here = "11111111-5a0e-4a53-9d5e-3a3f6a1f2b10";
const sea = `${there}/7f3c1c9a-1111-4222-8333-444455556666`;
const secret = `${there}/8f3c1c9a-1111-4222-8333-444455556666`;
const block = (type: string, attachment: string, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs: { attachment },
  text: [],
  children,
});

it("an imported document gets copies of its own, each once; what may not be copied keeps its place", async () => {
  const asked: string[] = [];
  const blocks = [
    block("image", sea),
    block("bullet", sea, [block("image", sea), block("file", secret)]),
    block("file", "x"),
  ];
  const [first, list, last] = await withOwnCopies(blocks, here, async (from, to) => {
    asked.push(from);
    return to.startsWith(`${here}/`) && from !== secret;
  });
  expect(asked).toEqual([sea, secret]);
  const own = String(first?.attrs.attachment);
  expect(own).toMatch(new RegExp(`^${here}/`));
  expect(list).toMatchObject({
    attrs: { attachment: sea },
    children: [{ attrs: { attachment: own } }, { attrs: { attachment: secret } }],
  });
  expect(last).toEqual(blocks[2]);
});
