/** KaTeX with its faces, in one chunk that is loaded with the first formula in sight. */
import "katex/dist/katex-swap.min.css";
import katex, { type KatexOptions, ParseError } from "katex";
import { type DrawMaths, NotMaths } from "../../lib/editor/math-picture.ts";

/** UTF-16 units; a page's worth. */
const LONGEST_SOURCE = 10_000;

/** Nothing in a source may lead anywhere, load anything, name a class or grow without end. */
const LIMITS = { trust: false, maxExpand: 500, maxSize: 20, strict: "ignore", throwOnError: true } as const;

export const drawMaths: DrawMaths = (source, isBlock, into) =>
  withinLimits(source, isBlock, (options) => katex.render(source, into, options));

/** Runs the engine; whatever it does not take is a `NotMaths`. */
export function withinLimits<Drawn>(
  source: string,
  isBlock: boolean,
  draw: (options: KatexOptions) => Drawn,
): Drawn {
  if (source.length > LONGEST_SOURCE)
    throw new NotMaths("This formula is too long to be drawn. What is written is kept.");
  try {
    return draw({ ...LIMITS, displayMode: isBlock });
  } catch (error) {
    const reason = error instanceof ParseError ? error.rawMessage : "it is more than can be drawn";
    throw new NotMaths(`Not drawn: ${reason}. What is written is kept.`, { cause: error });
  }
}
