/**
 * Markdown as one types it: `# `, `- `, `1. `, `[] `, `> `, ``` and --- at the start of a block; `>> ` makes a toggle,
 * `!!! ` or `> [!warning] ` a callout, `$$ ` a formula; `$x$` in a text is one, `[words](https://…)` a link,
 * `***words***` are bold and italic, `==words==` highlighted.
 */
import { InputRule, inputRules } from "@tiptap/pm/inputrules";
import { type EditorState, type Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import { CALLOUT, type Tone } from "../core/callout.ts";
import { newBlockId } from "../core/ids.ts";
import { isSafeHref } from "../core/link.ts";
import { MATH } from "../core/math.ts";
import { TOGGLE } from "../core/toggle.ts";
import { blockAt, isAttachment, setBlock } from "./commands.ts";

type Shape = { type: string; props?: Record<string, unknown> };

/** Enter goes on with these; who types Markdown line by line says so once more. */
const GO_ON = new Set(["bullet", "number", "quote"]);

/** Takes the typed prefix away and makes the block what it says. Code stays as it is, and so does what is that already. */
function rule(pattern: RegExp, shape: (match: RegExpMatchArray) => Shape): InputRule {
  return new InputRule(pattern, (state, match, from, to) => {
    const { node, pos } = blockAt(state.doc, from);
    const { type, props } = shape(match);
    if (isAttachment(node) || !node.isTextblock || node.type.spec.code) return null;
    if (node.attrs.type === type && type !== "task")
      return GO_ON.has(type) && node.content.size === to - from ? state.tr.delete(from, to) : null;
    return setBlock(state.tr.delete(from, to), pos, type, props);
  });
}

function divider(state: EditorState, _match: RegExpMatchArray, from: number, to: number): Transaction | null {
  const { node, pos } = blockAt(state.doc, from);
  const { rule: ruleType, block } = state.schema.nodes;
  if (isAttachment(node) || node.type.spec.code || !ruleType || !block || node.content.size !== to - from)
    return null;
  const { depth } = node.attrs;
  const tr = state.tr.replaceWith(pos, pos + node.nodeSize, [
    ruleType.create({ id: newBlockId(), type: "divider", depth, props: {} }),
    block.create({ ...node.attrs, type: "paragraph" }),
  ]);
  return tr.setSelection(TextSelection.create(tr.doc, pos + 2));
}

const TONES: Readonly<Record<string, Tone>> = { tip: "good", warning: "warn", caution: "bad" };

function callout(match: RegExpMatchArray): Shape {
  const tone = TONES[match[1]?.toLowerCase() ?? ""];
  return { type: CALLOUT, props: tone ? { tone } : {} };
}

/** The last sign is not in the text yet when it is typed; it is when an input method wrote it. */
const reaches = (to: number, last: number): boolean => to === last || to === last + 1;

/** Behind a letter, before a blank or around a price dollars are dollars. */
const FORMULA = /(?<![\p{L}\p{N}$\\])\$((?!\d[\d.,]*\s)[^\s$](?:[^$]*[^\s$\\])?)\$$/u;

/** As others write both at once, and Obsidian what it marks. */
const BOLD_ITALIC = /(?<![\p{L}\p{N}*\\])\*\*\*([^\s*](?:[^*]*[^\s*])?)\*\*\*$/u;
const HIGHLIGHT = /(?<![\p{L}\p{N}=\\])==([^\s=](?:[^=]*[^\s=])?)==$/u;

/** Words between signs get marks; the signs, so many at each side, go. */
const wrapped =
  (signs: number, names: readonly string[], attrs: Record<string, unknown> | null = null) =>
  (
    { tr, schema }: EditorState,
    [, words = ""]: RegExpMatchArray,
    from: number,
    to: number,
  ): Transaction | null => {
    const { code } = schema.marks;
    const end = from + signs + words.length;
    if (!reaches(to, end + signs - 1) || (code && tr.doc.rangeHasMark(from, to, code))) return null;
    const types = names.map((name) => schema.marks[name]).filter((type) => type !== undefined);
    if (types.some((type) => !tr.doc.resolve(from).parent.type.allowsMarkType(type))) return null;
    tr.delete(end, to).delete(from, from + signs);
    for (const type of types) tr.addMark(from, end - signs, type.create(attrs));
    for (const type of types) tr.removeStoredMark(type);
    return tr;
  };

const LINK = /(?<![!\\])\[([^[\]]+)\]\(([^()\s]+)\)$/;

function link(
  { tr, schema }: EditorState,
  [all, words = "", href = ""]: RegExpMatchArray,
  from: number,
  to: number,
): Transaction | null {
  const type = schema.marks.link;
  if (!type || !reaches(to, from + all.length - 1) || !isSafeHref(href)) return null;
  if (!tr.doc.resolve(from).parent.type.allowsMarkType(type)) return null;
  const end = from + 1 + words.length;
  return tr
    .delete(end, to)
    .delete(from, from + 1)
    .addMark(from, end - 1, type.create({ href }))
    .removeStoredMark(type);
}

export function markdownRules(): Plugin {
  return inputRules({
    rules: [
      rule(/^(#{1,3})\s$/, (match) => ({ type: `heading${match[1]?.length ?? 1}` })),
      rule(/^\s*\[( |x|X)?\]\s$/, (match) => ({
        type: "task",
        props: { checked: /x/i.test(match[1] ?? "") },
      })),
      rule(/^\s*[-*+]\s$/, () => ({ type: "bullet" })),
      rule(/^\s*(\d{1,9})[.)]\s$/, (match) => ({
        type: "number",
        props: match[1] === "1" ? {} : { start: Number(match[1]) },
      })),
      rule(/^\$\$\s$/, () => ({ type: MATH })),
      new InputRule(FORMULA, wrapped(1, ["math"]), { inCodeMark: false }),
      new InputRule(BOLD_ITALIC, wrapped(3, ["bold", "italic"]), { inCodeMark: false }),
      new InputRule(HIGHLIGHT, wrapped(2, ["highlight"], { value: "yellow" }), { inCodeMark: false }),
      new InputRule(LINK, link, { inCodeMark: false }),
      rule(/^>\s$/, () => ({ type: "quote" })),
      rule(/^>>\s$/, () => ({ type: TOGGLE })),
      rule(/^!!!\s$/, callout),
      rule(/^\[!(note|tip|important|warning|caution)\]\s$/i, callout),
      rule(/^```([a-z0-9+#-]*)\s$/i, (match) => ({
        type: "code",
        props: match[1] ? { language: match[1] } : {},
      })),
      new InputRule(/^---$/, divider),
    ],
  });
}
