/**
 * The clipboard. Out: HTML that other programs understand and Markdown as text; a part of one block is its words alone.
 * In: pages of other programs and our own blocks by `readPasted`, a text that is Markdown as what it means, any other
 * text line by line; nothing too large. Blocks that come in have ids of their own.
 *
 * The engine would read what it finds in HTML by itself; it is handed an empty page, so that `readHtml` is the one door.
 */
import {
  DOMParser,
  DOMSerializer,
  Fragment,
  type Node as ProseMirrorNode,
  type ResolvedPos,
  type Schema,
  Slice,
} from "@tiptap/pm/model";
import { type EditorState, Plugin, Selection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { BlockNode } from "../core/block-tree.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { parseHtml } from "../html/parse-html.ts";
import { writeHtml } from "../html/write-html.ts";
import { type Beside, placeOfSelection } from "./beside.ts";
import { idOf, nodeWords } from "./block-nodes.ts";
import { blocksOfFragment, fragmentOfBlocks } from "./block-slices.ts";
import { cellPlaceOf } from "./cell-place.ts";
import { chosenOf, chosenRange, setChosen } from "./chosen.ts";
import { blockAt, blockByIndex } from "./commands.ts";
import { keepPlace } from "./late-clipboard.ts";
import { looksLikeMarkdown } from "./looks-like-markdown.ts";
import { pasteCells } from "./paste-cells.ts";
import { codeOf, PASTED, type Pasted, pastedBlocks, readPasted } from "./pasted.ts";
import { schema } from "./schema.ts";

/** One paste becomes one update of the log, which holds a million bytes; a block costs about 300, a run 40. */
const MOST_BYTES = 900_000;
const MOST_UNITS = 250_000;
export const MOST_BLOCKS = 2_500;
/** Characters of what is read at all: pages bring much that is not theirs. */
const MOST_HTML = 10_000_000;
const MOST_TEXT = 1_000_000;

export type ClipboardDoors = {
  /** Says to the person that the paste is too large; nothing was changed. */
  readonly onRefused: () => void;
  /** Pictures that stay where they are. */
  readonly onLost: (count: number) => void;
  readonly markdown: {
    /** Null: it is too much. */
    readonly read: (text: string) => Promise<BlockNode[] | null>;
    /** Null while it is not loaded. */
    readonly print: () => ((blocks: readonly BlockNode[]) => string) | null;
    readonly load: () => void;
  };
  readonly takePictures: (view: EditorView, files: readonly File[], beside: Beside) => void;
  /** Mod+Alt+C: what is chosen, as Markdown and nothing else. */
  readonly copyMarkdown: (view: EditorView) => void;
  /** Pictures and files that came with blocks of another document. */
  readonly adopt: (view: EditorView, blockIds: readonly string[]) => void;
};

export function clipboardPlugin(doors: ClipboardDoors): Plugin {
  return new Plugin({
    props: { ...pasting(doors), ...copying(doors), handleKeyDown: copiesMarkdown(doors) },
    view: () => ({ update: loadsPrinter(doors) }),
  });
}

const copiesMarkdown =
  ({ copyMarkdown }: ClipboardDoors) =>
  (view: EditorView, event: KeyboardEvent): boolean => {
    const isMod = (event.ctrlKey || event.metaKey) && event.altKey && !event.getModifierState("AltGraph");
    if (!isMod || event.shiftKey || event.code !== "KeyC") return false;
    copyMarkdown(view);
    return true;
  };

function copying({ markdown }: ClipboardDoors): Plugin["props"] {
  return {
    clipboardSerializer: new HtmlSerializer({}, {}),
    clipboardTextSerializer: ({ content }) => {
      const alone = onlyText(content);
      if (alone) return nodeWords(alone);
      const print = markdown.print();
      return print ? print(blocksOfFragment(content)).trimEnd() : content.textBetween(0, content.size, "\n");
    },
  };
}

class HtmlSerializer extends DOMSerializer {
  override serializeFragment(fragment: Fragment, options: { document?: Document } = {}): DocumentFragment {
    const page = options.document ?? document;
    const made = page.createDocumentFragment();
    made.append(...parseHtml(writeHtml(blocksOfFragment(fragment))).body.childNodes);
    return made;
  }
}

/** The one block of text in which everything lies that was copied. */
function onlyText(content: Fragment): ProseMirrorNode | null {
  const { firstChild } = content;
  if (content.childCount !== 1 || !firstChild) return null;
  return firstChild.isTextblock ? firstChild : onlyText(firstChild.content);
}

/** The printer is loaded as soon as it may be wanted, as a copy has to be made at once. */
function loadsPrinter({ markdown }: ClipboardDoors): (view: EditorView) => void {
  return ({ state }) => {
    const { $from, $to } = state.selection;
    if (chosenOf(state) !== null || !$from.sameParent($to)) markdown.load();
  };
}

function pasting(doors: ClipboardDoors): Plugin["props"] {
  /** What was read before the engine asked for it, and what it is handling now. */
  let waiting: Pasted | null = null;
  let current: Pasted | null = null;
  let isPlain = false;
  const take = (view: EditorView, slice: Slice, put: Put | null): boolean => {
    const pasted = current;
    current = null;
    if (isTooMuch(slice.content)) {
      doors.onRefused();
      return true;
    }
    const cells = pasteCells(view.state, slice);
    if (cells === "too much") doors.onRefused();
    else if (cells) dispatchPaste(view, cells);
    if (cells) return true;
    if (pasted !== null && bring(view, slice, put ?? replacing, { pasted, doors })) return true;
    if (put) dispatchPaste(view, put(view.state, slice));
    return put !== null;
  };
  return {
    handleDOMEvents: {
      keydown: (_view, event) => {
        isPlain = event.shiftKey;
      },
      keyup: (_view, event) => {
        isPlain = event.shiftKey;
      },
      paste: (view, event) => {
        waiting = null;
        const { clipboardData } = event;
        if (!clipboardData) return false;
        const html = clipboardData.getData("text/html");
        const text = clipboardData.getData("text/plain");
        const isText = isPlain || html === "" || isInCode(view.state);
        if (
          html.length > MOST_HTML ||
          text.length > MOST_TEXT ||
          (isText && hasTooManyLines(view.state, text))
        ) {
          event.preventDefault();
          doors.onRefused();
          return true;
        }
        const isMarkdown = html === "" && !isPlain && isFlow(view.state) && looksLikeMarkdown(text);
        if (!isText) waiting = readFrom(clipboardData, html, text, isFlow(view.state));
        else if (isMarkdown) {
          event.preventDefault();
          const atPlace = keepPlace(view);
          void doors.markdown.read(text).then(
            (blocks) => {
              if (view.isDestroyed || !view.editable) return;
              atPlace(() => {
                if (!blocks) return doors.onRefused();
                waiting = pastedBlocks(blocks);
                view.pasteHTML(NOTHING, event);
              });
            },
            // not loaded: then it is what it was, lines
            () => void (view.isDestroyed || atPlace(() => void view.pasteText(text, event))),
          );
        }
        return isMarkdown;
      },
    },
    transformPastedHTML: (html) => {
      current = waiting ?? readPasted(html, MOST_BLOCKS);
      waiting = null;
      return NOTHING;
    },
    clipboardParser: new StashParser(() => current?.blocks ?? []),
    clipboardTextParser: (text, $context, _plain, { state: { schema } }) => {
      current = null;
      if ($context.parent.type.spec.code) return new Slice(Fragment.from(textNodes(schema, text)), 0, 0);
      return new Slice(blocksOfLines(schema, text), 1, 1);
    },
    transformPasted: (slice, { state }, isText) => {
      const { depth } = blockAt(state.doc, state.selection.from).node.attrs;
      if (isText || !current)
        return new Slice(deeper(withIds(slice.content), depth), slice.openStart, slice.openEnd);
      const [start, end] = ownEnds(slice.content, state, current.open);
      return new Slice(deeper(slice.content, depth), start ? slice.openStart : 0, end ? slice.openEnd : 0);
    },
    handlePaste: (view, _event, slice) =>
      take(view, slice, chosenOf(view.state) === null ? null : behindChosen),
    handleDrop: (view, _event, slice, isMoved) => !isMoved && take(view, slice, null),
  };
}

const NOTHING = "<p></p>";

/** Code and formulas among other blocks neither end words nor take in those behind the caret. */
function ownEnds(
  { childCount, firstChild, lastChild }: Fragment,
  { selection: { $from, $to } }: EditorState,
  [start, end]: Pasted["open"],
): Pasted["open"] {
  const isApart = (node: ProseMirrorNode | null) => childCount > 1 && node?.type.spec.code === true;
  const isBehindWords = $from.parentOffset > 0;
  const isBeforeWords = $to.parentOffset < $to.parent.content.size;
  return [start && !(isApart(firstChild) && isBehindWords), end && !(isApart(lastChild) && isBeforeWords)];
}

const isInCode = (state: EditorState): boolean =>
  chosenOf(state) === null && state.selection.$from.parent.type.spec.code === true;
/** Where a paste is more than words. */
const isFlow = (state: EditorState): boolean =>
  chosenOf(state) !== null || (!isInCode(state) && cellPlaceOf(state) === null);

/** What becomes of a slice. */
type Put = (state: EditorState, slice: Slice) => Transaction;

const replacing: Put = ({ tr }, slice) => tr.replaceSelection(slice);

/** Whole blocks that are chosen stay: the caret stands unseen in one of them, which would be cut there. */
const behindChosen: Put = (state, { content }) => {
  const { doc, tr } = state;
  const { end } = chosenRange(state) ?? { end: doc.childCount };
  const at = end < doc.childCount ? blockByIndex(doc, end).pos : doc.content.size;
  const { depth } = blockAt(doc, state.selection.from).node.attrs;
  // the engine gives words alone where the caret is in code
  const blocks = content.firstChild?.isText
    ? deeper(blocksOfLines(state.schema, content.textBetween(0, content.size)), depth)
    : content;
  setChosen(tr.insert(at, blocks), null);
  return tr.setSelection(Selection.near(tr.doc.resolve(at + blocks.size), -1));
};

function dispatchPaste(view: EditorView, tr: Transaction): void {
  view.dispatch(tr.scrollIntoView().setMeta("paste", true).setMeta("uiEvent", "paste"));
}

function hasTooManyLines(state: EditorState, text: string): boolean {
  if (!isFlow(state) || looksLikeMarkdown(text)) return false;
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1))
    if (++lines > MOST_BLOCKS) return true;
  return false;
}

/** A page in which there is nothing for us has its text still. */
function readFrom(data: DataTransfer, html: string, text: string, isFlow: boolean): Pasted {
  const code = isFlow ? codeOf(data) : null;
  if (code) return pastedBlocks([codeBlock(code.text, code.language)]);
  const pasted = readPasted(html, MOST_BLOCKS);
  if (pasted.blocks.length > 0 || text.trim() === "") return pasted;
  return pastedBlocks(linesOf(text).map((line) => paragraph(line)));
}

const codeBlock = (text: string, language: string): BlockNode => ({
  type: "code",
  attrs: language === "" ? {} : { language },
  text: [{ text, marks: {} }],
  children: [],
});

const paragraph = (line: string): BlockNode => ({
  type: "paragraph",
  attrs: {},
  text: line === "" ? [] : [{ text: line, marks: {} }],
  children: [],
});

/** Gives the engine what was read already, whatever page it is handed. */
class StashParser extends DOMParser {
  readonly #blocks: () => readonly BlockNode[];

  constructor(blocks: () => readonly BlockNode[]) {
    super(schema, []);
    this.#blocks = blocks;
  }

  override parseSlice(_page: Node, { context }: { context?: ResolvedPos } = {}): Slice {
    const own = context?.parent.type.schema ?? this.schema;
    return new Slice(fragmentOfBlocks(own, this.#blocks()), 0, 0);
  }
}

function isTooMuch(content: Fragment): boolean {
  let blocks = 0;
  let bytes = 0;
  content.descendants((node) => {
    if (node.isText) bytes += 40 + new TextEncoder().encode(node.text ?? "").length;
    else if ("id" in node.attrs) {
      blocks++;
      bytes += 300 + JSON.stringify(node.attrs.props).length;
    }
    return true;
  });
  return blocks > MOST_BLOCKS || bytes > MOST_BYTES || content.size > MOST_UNITS;
}

/** Pictures go their own way, beside the blocks that they stood behind. True when that was done here. */
function bring(
  view: EditorView,
  slice: Slice,
  put: Put,
  { pasted: { pictures, lost }, doors }: { pasted: Pasted; doors: ClipboardDoors },
): boolean {
  if (lost > 0) doors.onLost(lost);
  const ids: string[] = [];
  slice.content.forEach((node) => {
    if (node.type.name === "attachment" && !(PASTED in node.attrs.props)) ids.push(node.attrs.id);
  });
  if (ids.length > 0) queueMicrotask(() => doors.adopt(view, ids));
  if (pictures.length === 0 || !isFlow(view.state)) return false;
  const { rest, places } = withoutPictures(slice.content, pictures);
  if (rest.size === 0) {
    doors.takePictures(view, pictures, placeOfSelection(view.state));
    return true;
  }
  const start = rest.firstChild?.isTextblock ? slice.openStart : 0;
  const end = rest.lastChild?.isTextblock ? slice.openEnd : 0;
  dispatchPaste(view, put(view.state, new Slice(rest, start, end)));
  for (const { file, behind } of places) {
    const isThere = behind !== null && view.state.doc.children.some((node) => idOf(node) === behind);
    doors.takePictures(
      view,
      [file],
      isThere ? { block: behind, side: "behind" } : placeOfSelection(view.state),
    );
  }
  return true;
}

type PicturePlace = { readonly file: File; readonly behind: BlockId | null };

/** A caption stays as a paragraph. */
function withoutPictures(
  content: Fragment,
  pictures: readonly File[],
): { rest: Fragment; places: PicturePlace[] } {
  const rest: ProseMirrorNode[] = [];
  const places: PicturePlace[] = [];
  content.forEach((node) => {
    const file = pictures[Number(node.attrs.props[PASTED] ?? Number.NaN)];
    if (node.type.name !== "attachment" || !file) {
      rest.push(node);
      return;
    }
    places.push({ file, behind: rest.at(-1) ? idOf(rest.at(-1) as ProseMirrorNode) : null });
    if (node.content.size > 0)
      rest.push(node.type.schema.node("block", { id: newBlockId(), depth: node.attrs.depth }, node.content));
  });
  return { rest: Fragment.fromArray(rest), places };
}

const blocksOfLines = (schema: Schema, text: string): Fragment =>
  Fragment.from(
    linesOf(text).map((line) => schema.node("block", { id: newBlockId() }, textNodes(schema, line))),
  );

const textNodes = (schema: Schema, text: string): ProseMirrorNode[] =>
  text === "" ? [] : [schema.text(text)];

function linesOf(text: string): string[] {
  const lines = text.replaceAll("\u0000", "").split(/\r\n?|\n/);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** What is pasted among nested blocks stands as deep as they do. */
function deeper(content: Fragment, by: number): Fragment {
  if (!(by > 0)) return content;
  return Fragment.fromArray(
    content.content.map((node) =>
      "depth" in node.attrs
        ? node.type.create({ ...node.attrs, depth: node.attrs.depth + by }, node.content, node.marks)
        : node,
    ),
  );
}

/** Ids are given here at once: one by one afterwards they would be a step each. */
function withIds(content: Fragment): Fragment {
  return Fragment.fromArray(
    content.content.map((node) =>
      "id" in node.attrs
        ? node.type.create({ ...node.attrs, id: newBlockId() }, node.content, node.marks)
        : node,
    ),
  );
}
