/**
 * Blocks as the editor draws them, without an editor and without a browser: what the server shows until the script is
 * there. ProseMirror's own serializer makes it of the schema's own descriptions, so that the two are one.
 */
import { type DOMOutputSpec, DOMSerializer, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState } from "@tiptap/pm/state";
import type { DecorationSet } from "@tiptap/pm/view";
import type { Mention } from "../core/mention.ts";
import { blockAttributes } from "./block-dom.ts";
import type { Named } from "./mention.ts";
import { drawObject } from "./mention-view.ts";
import { nestingPlugin } from "./nesting.ts";
import { schema } from "./schema.ts";
import { stillAttachment } from "./still-attachment.ts";
import { stillEmbed } from "./still-embed.ts";
import { tablePlugin } from "./table-plugin.ts";

/** An element as the serializer builds it, and no more. */
export class StillElement {
  /** How the serializer tells an element. */
  readonly nodeType = 1;
  readonly tag: string;
  readonly attributes = new Map<string, string>();
  readonly children: (StillElement | string)[] = [];

  constructor(tag: string) {
    this.tag = tag;
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, String(value));
  }

  appendChild(child: StillElement | StillText): void {
    this.children.push(child instanceof StillElement ? child : child.text);
  }
}

class StillText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const page = {
  createElement: (tag: string) => new StillElement(tag),
  createElementNS: (_namespace: string, tag: string) => new StillElement(tag),
  createTextNode: (text: string) => new StillText(text),
  createDocumentFragment: () => new StillElement("fragment"),
} as unknown as Document;

type Draw = (node: ProseMirrorNode) => DOMOutputSpec;

/** An empty line gets the break that the engine puts there, for a caret to stand in: it gives the line its height. */
const filled =
  (draw: Draw): Draw =>
  (node) =>
    node.isTextblock && node.content.size === 0 ? (fill(draw(node)) as DOMOutputSpec) : draw(node);

function fill(part: unknown): unknown {
  if (part === 0) return ["br", { class: "ProseMirror-trailingBreak" }];
  return Array.isArray(part) ? part.map(fill) : part;
}

const draws: Record<string, Draw> = {
  ...DOMSerializer.nodesFromSchema(schema),
  attachment: stillAttachment,
  frame: stillEmbed,
  // the source in the place of its picture, which is drawn late in the editor, too
  mathBlock: (node) => [
    "div",
    { ...blockAttributes(node), class: "block math", dir: "ltr" },
    ["div", { class: "math-picture" }, ["code", 0]],
  ],
};
const filledDraws = Object.fromEntries(Object.entries(draws).map(([name, draw]) => [name, filled(draw)]));
const marks = DOMSerializer.marksFromSchema(schema);

/**
 * The blocks of a document as elements, one for each at the top.
 * @param look who is named in it, as the reader may know it
 */
export function stillElements(
  doc: ProseMirrorNode,
  look: (mention: Mention) => Named | null = () => null,
): StillElement[] {
  const embed: Draw = ({ attrs }) => {
    const { tag, attributes, words } = drawObject(attrs.value, look);
    return ["span", { class: "object" }, [tag, attributes, words]];
  };
  const serializer = new DOMSerializer({ ...filledDraws, embed }, marks);
  const { children } = serializer.serializeFragment(doc.content, {
    document: page,
  }) as unknown as StillElement;
  const elements = children.filter((child) => child instanceof StillElement);
  decorate(doc, elements);
  return elements;
}

/** What is drawn beside the document: grounds of callouts, heads of tables. What a reader folded is not known here. */
function decorate(doc: ProseMirrorNode, elements: readonly StillElement[]): void {
  const byId = new Map<string, StillElement>();
  for (const element of elements) nameBlocks(element, byId);
  const state = EditorState.create({
    doc,
    plugins: [nestingPlugin({ folded: [], onChange: () => undefined }), tablePlugin()],
  });
  for (const plugin of state.plugins) {
    const drawn = plugin.props.decorations?.call(plugin, state) as DecorationSet | null | undefined;
    for (const decoration of drawn?.find() ?? []) {
      const element = byId.get(doc.nodeAt(decoration.from)?.attrs.id);
      const { attrs } = (decoration as unknown as { type: { attrs?: Record<string, string> } }).type;
      if (element && attrs) for (const [name, value] of Object.entries(attrs)) join(element, name, value);
    }
  }
}

function nameBlocks(element: StillElement, byId: Map<string, StillElement>): void {
  const id = element.attributes.get("data-block-id");
  if (id) byId.set(id, element);
  for (const child of element.children) if (child instanceof StillElement) nameBlocks(child, byId);
}

const JOINTS: Readonly<Record<string, string>> = { class: " ", style: "; " };

function join(element: StillElement, name: string, value: string): void {
  const before = element.attributes.get(name);
  const joint = JOINTS[name];
  element.attributes.set(name, before && joint ? `${before}${joint}${value}` : value);
}
