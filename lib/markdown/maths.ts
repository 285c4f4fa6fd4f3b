/**
 * Maths ↔ Markdown's tree: `$x$` in a line, a block between lines of `$$`. What dollars cannot hold (a blank at an end, a
 * dollar, a pipe in a cell) stands as text between `<span data-math>` and `</span>`.
 */
import type { Html, Literal } from "mdast";
import type { CompileContext, Extension, Token } from "mdast-util-from-markdown";
import type { Handle, Options } from "mdast-util-to-markdown";
import { LONGEST_INLINE } from "./maths-syntax.ts";

export interface InlineMath extends Literal {
  type: "inlineMath";
}
export interface MathBlock extends Literal {
  type: "math";
}

declare module "mdast" {
  interface PhrasingContentMap {
    inlineMath: InlineMath;
  }
  interface RootContentMap {
    inlineMath: InlineMath;
    math: MathBlock;
  }
}

declare module "mdast-util-from-markdown" {
  interface CompileData {
    isInMath?: boolean | undefined;
  }
}

export const mathOpen: Html = { type: "html", value: "<span data-math>" };
export const mathClose: Html = { type: "html", value: "</span>" };

/** Whether `$…$` reads back as this source. */
export function fitsDollars(source: string): boolean {
  return (
    source.length <= LONGEST_INLINE && /^(?:[^$\\\n]|\\[^\n])+$/.test(source) && !/^[ \t]|[ \t]$/.test(source)
  );
}

function enterInline(this: CompileContext, token: Token): void {
  this.enter({ type: "inlineMath", value: "" }, token);
}

/** In a cell a pipe is escaped. */
function readInline(this: CompileContext, token: Token): void {
  const node = this.stack.at(-1);
  const value = this.sliceSerialize(token);
  if (node?.type === "inlineMath") node.value = this.data.inTable ? value.replaceAll("\\|", "|") : value;
}

function exitNode(this: CompileContext, token: Token): void {
  this.exit(token);
}

function enterBlock(this: CompileContext, token: Token): void {
  this.enter({ type: "math", value: "" }, token);
}

/** Behind the opening fence the lines are gathered. */
function exitFence(this: CompileContext): void {
  if (this.data.isInMath) return;
  this.buffer();
  this.data.isInMath = true;
}

function exitValue(this: CompileContext, token: Token): void {
  this.config.enter.data?.call(this, token);
  this.config.exit.data?.call(this, token);
}

function exitBlock(this: CompileContext, token: Token): void {
  const value = this.resume().replace(/^\n|\n$/g, "");
  const node = this.stack.at(-1);
  const isLine = token.start.line === token.end.line;
  if (node?.type === "math") node.value = isLine ? value.trim() : value;
  this.data.isInMath = undefined;
  this.exit(token);
}

export const readMaths: Extension = {
  enter: { mathText: enterInline, mathFlow: enterBlock },
  exit: {
    mathTextData: readInline,
    mathText: exitNode,
    mathFlowFence: exitFence,
    mathFlowValue: exitValue,
    mathFlow: exitBlock,
  },
};

const printInline: Handle & { peek?: Handle } = (node: InlineMath) => `$${node.value}$`;
printInline.peek = () => "$";

function printBlock({ value }: MathBlock): string {
  const longest = Math.max(1, ...(value.match(/\$+/g) ?? []).map(({ length }) => length));
  const fence = "$".repeat(longest + 1);
  return value === "" ? `${fence}\n${fence}` : `${fence}\n${value}\n${fence}`;
}

const notText = [
  "autolink",
  "destinationLiteral",
  "destinationRaw",
  "reference",
  "titleQuote",
  "titleApostrophe",
] as const;

/** Any dollar: on what follows the printer could not be made to look, where that is escaped itself. */
export const printMaths: Options = {
  unsafe: [{ character: "$", inConstruct: "phrasing", notInConstruct: [...notText] }],
  handlers: { inlineMath: printInline, math: printBlock },
};
