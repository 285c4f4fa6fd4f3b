/**
 * The editor's schema: a flat list of blocks. Nesting is an attribute (`depth`), as it is a matter of the
 * outline and not of the text; one node type serves all blocks of text, whose `type` says how they look.
 * So a block keeps its node through a change of type or depth, and one remote change is one small step.
 *
 *   block  inline*            paragraph, headings, lists, tasks, quotes, and any type unknown here
 *   codeBlock (text | embed)*    lines of code, no marks shown
 *   mathBlock (text | embed)*    the source of a formula, no marks shown
 *   rule   atom               a divider
 *   attachment inline*        a picture or a file, whose text is the caption
 *   frame  inline*            something of another site, whose text is the caption
 *   embed  inline atom        a mention (mention-view.ts), or an object of a newer version, kept as it is
 *   table  tableRow*          its rows hold tableCells (inline*), and a gap where a column has no cell yet
 *   columns, column  atoms    begin what stands side by side (column-places.ts)
 *
 * Top nodes carry marks of where they stand: their section in a long document, and columns (place-marks.ts).
 * Attributes of every block: id (32 hex), type, depth (0…31), props (its attributes in the shared document).
 */
import { getSchema, Mark, mergeAttributes, Node } from "@tiptap/core";
import { Bold } from "@tiptap/extension-bold";
import { Code } from "@tiptap/extension-code";
import { Italic } from "@tiptap/extension-italic";
import { Strike } from "@tiptap/extension-strike";
import { Underline } from "@tiptap/extension-underline";
import type { Schema } from "@tiptap/pm/model";
import { FILE } from "../core/attachment.ts";
import { COLUMN, COLUMNS, widthOf } from "../core/columns.ts";
import { EMBED } from "../core/embed.ts";
import { MATH } from "../core/math.ts";
import { isColor, isHighlight } from "../core/palette.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";
import { attachmentFromDom, renderAttachment } from "./attachment-dom.ts";
import {
  blockFromDom,
  renderBlock,
  renderCell,
  renderCode,
  renderColumnsPart,
  renderMath,
  renderRow,
  renderRule,
  renderTable,
} from "./block-dom.ts";
import { chosenOf } from "./chosen.ts";
import { embedFromDom, renderEmbed } from "./embed-dom.ts";
import { Link } from "./link-mark.ts";
import { drawObject } from "./mention-view.ts";

const attributes = {
  id: { default: null, rendered: false },
  type: { default: "paragraph", rendered: false },
  depth: { default: 0, rendered: false },
  props: { default: {}, rendered: false },
};

const Document = Node.create({
  name: "doc",
  topNode: true,
  content: "(block|codeBlock|mathBlock|rule|table|attachment|frame|columns|column)+",
  marks: "section inColumns inColumn",
});
const Text = Node.create({ name: "text", group: "inline" });

const Block = Node.create({
  name: "block",
  content: "inline*",
  whitespace: "pre",
  defining: true,
  addAttributes: () => attributes,
  parseHTML: () => blockFromDom.block,
  renderHTML: ({ node }) => renderBlock(node),
});

const CodeBlock = Node.create({
  name: "codeBlock",
  content: "(text|embed)*",
  marks: "",
  code: true,
  defining: true,
  whitespace: "pre",
  addAttributes: () => ({ ...attributes, type: { default: "code", rendered: false } }),
  parseHTML: () => blockFromDom.code,
  renderHTML: ({ node }) => renderCode(node),
});

const MathBlock = CodeBlock.extend({
  name: "mathBlock",
  addAttributes: () => ({ ...attributes, type: { default: MATH, rendered: false } }),
  parseHTML: () => blockFromDom.math,
  renderHTML: ({ node }) => renderMath(node),
});

const Rule = Node.create({
  name: "rule",
  atom: true,
  selectable: true,
  addAttributes: () => ({ ...attributes, type: { default: "divider", rendered: false } }),
  parseHTML: () => blockFromDom.rule,
  renderHTML: ({ node }) => renderRule(node),
});

const Attachment = Node.create({
  name: "attachment",
  content: "inline*",
  whitespace: "pre",
  defining: true,
  selectable: true,
  addAttributes: () => ({ ...attributes, type: { default: FILE, rendered: false } }),
  parseHTML: () => attachmentFromDom,
  renderHTML: ({ node }) => renderAttachment(node),
});

const Frame = Attachment.extend({
  name: "frame",
  addAttributes: () => ({ ...attributes, type: { default: EMBED, rendered: false } }),
  parseHTML: () => embedFromDom,
  renderHTML: ({ node }) => renderEmbed(node),
});

const columnsPart = (name: string) =>
  Node.create({
    name,
    atom: true,
    selectable: false,
    addAttributes: () => ({ ...attributes, type: { default: name, rendered: false } }),
    renderHTML: ({ node }) => renderColumnsPart(node),
  });

const Table = Node.create({
  name: "table",
  content: "tableRow*",
  isolating: true,
  addAttributes: () => ({ ...attributes, type: { default: TABLE, rendered: false } }),
  parseHTML: () => blockFromDom.table,
  renderHTML: ({ node }) => renderTable(node),
});

const TableRow = Node.create({
  name: "tableRow",
  content: "(tableCell|tableGap)*",
  addAttributes: () => ({ ...attributes, type: { default: ROW, rendered: false } }),
  parseHTML: () => blockFromDom.row,
  renderHTML: ({ node }) => renderRow(node),
});

const TableCell = Node.create({
  name: "tableCell",
  content: "inline*",
  whitespace: "pre",
  isolating: true,
  addAttributes: () => ({ ...attributes, type: { default: CELL, rendered: false } }),
  parseHTML: () => blockFromDom.cell,
  renderHTML: ({ node }) => renderCell(node),
});

/** Where a row has no cell: two people added a row and a column at once. A click makes the cell. */
const TableGap = Node.create({
  name: "tableGap",
  atom: true,
  selectable: false,
  addAttributes: () => ({ col: { default: null, rendered: false } }),
  renderHTML: () => ["td", { class: "gap", contenteditable: "false" }],
});

const Embed = Node.create({
  name: "embed",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({ value: { default: null, rendered: false } }),
  renderHTML: ({ node }) => {
    const { tag, attributes, words } = drawObject(node.attrs.value, null);
    return ["span", { class: "object" }, [tag, attributes, words]];
  },
});

/** Text in a colour, or on one; both by name. */
const colorMark = (name: "color" | "highlight", tag: "span" | "mark", isKnown: (value: unknown) => boolean) =>
  Mark.create({
    name,
    addAttributes: () => ({ value: { default: null, rendered: false } }),
    parseHTML: () => [
      {
        tag: `${tag}[data-${name}]`,
        getAttrs: (element) => {
          const value = element.getAttribute(`data-${name}`);
          return isKnown(value) ? { value } : false;
        },
      },
      ...(tag === "mark" ? [{ tag, attrs: { value: "yellow" } }] : []),
    ],
    renderHTML: ({ mark }) => [tag, { [`data-${name}`]: mark.attrs.value }, 0],
  });

/** The source of a formula. Before all other marks, so that it is one stretch whatever else lies on it. */
const Maths = Mark.create({
  name: "math",
  priority: 1_001,
  parseHTML: () => [{ tag: "span[data-math]" }],
  renderHTML: () => ["span", { "data-math": "" }, 0],
  addKeyboardShortcuts() {
    const { editor } = this;
    // its keys come before all others', too: chosen blocks have their own
    return { "Mod-Shift-e": () => chosenOf(editor.state) === null && editor.commands.toggleMark("math") };
  },
});

/** On top nodes alone, never on text: see sections.ts. */
const Section = Mark.create({
  name: "section",
  addAttributes: () => ({ of: { default: "", rendered: false } }),
  renderHTML: () => ["div", { class: "section" }, 0],
});

/** On what stands in columns, and on the nodes that begin them: see column-places.ts. */
const InColumns = Mark.create({
  name: "inColumns",
  addAttributes: () => ({ of: { default: "", rendered: false }, depth: { default: 0, rendered: false } }),
  renderHTML: ({ mark }) => ["div", { class: "in-columns", style: `--columns-nest: ${mark.attrs.depth}` }, 0],
});

const InColumn = Mark.create({
  name: "inColumn",
  addAttributes: () => ({ of: { default: "", rendered: false }, width: { default: null, rendered: false } }),
  renderHTML: ({ mark }) => ["div", { class: "in-column", style: `--share: ${widthOf(mark.attrs)}` }, 0],
});

/** A mark of a newer version: carried, not drawn. Several may lie on one text. */
const UnknownMark = Mark.create({
  name: "unknown",
  excludes: "",
  addAttributes: () => ({
    name: { default: "", rendered: false },
    value: { default: null, rendered: false },
  }),
  renderHTML: ({ HTMLAttributes }) => ["span", mergeAttributes(HTMLAttributes), 0],
});

export const documentExtensions = [
  Document,
  Text,
  Block,
  CodeBlock,
  MathBlock,
  Rule,
  Attachment,
  Frame,
  Table,
  TableRow,
  TableCell,
  TableGap,
  columnsPart(COLUMNS),
  columnsPart(COLUMN),
  Embed,
  Maths,
  Bold,
  Italic,
  Underline,
  Strike,
  Code.extend({ excludes: "" }),
  Link,
  colorMark("color", "span", isColor),
  colorMark("highlight", "mark", isHighlight),
  UnknownMark,
  Section,
  InColumns,
  InColumn,
];

export const schema: Schema = getSchema(documentExtensions);
