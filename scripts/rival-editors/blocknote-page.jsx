/** BlockNote as its guide sets it up for several people: its React view, Yjs and awareness, no server. */
import "@blocknote/core/fonts/inter.css";
import "@blocknote/mantine/style.css";
import { BlockNoteEditor } from "@blocknote/core";
import { blocksToYDoc, withCollaboration, yDocToBlocks } from "@blocknote/core/yjs";
import { BlockNoteView } from "@blocknote/mantine";
import { useCreateBlockNote } from "@blocknote/react";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { absolutePositionToRelativePosition, ySyncPluginKey } from "y-prosemirror";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";

const NAME = "document";
const PEOPLE = 5;
const types = { heading: "heading", paragraph: "paragraph", bullet: "bulletListItem" };

const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

let doc;
let awareness;
let shown;
const others = [];

function Editing({ onReady }) {
  const editor = useCreateBlockNote(
    withCollaboration({
      collaboration: {
        provider: { awareness },
        fragment: doc.getXmlFragment(NAME),
        user: { name: "Me", color: "#2255aa" },
      },
    }),
  );
  useEffect(() => onReady(editor), [editor, onReady]);
  return <BlockNoteView editor={editor} />;
}

/** The Y.XmlText of each block, in order. */
function textsOf(type) {
  const found = [];
  const walk = (node) => {
    if (node instanceof Y.XmlText) found.push(node);
    else for (const child of node.toArray()) walk(child);
  };
  walk(type);
  return found;
}

window.bench = {
  async make(lines, edits) {
    const editor = BlockNoteEditor.create();
    const made = blocksToYDoc(
      editor,
      lines.map(({ kind, text }) => ({
        type: types[kind],
        ...(kind === "heading" ? { props: { level: 2 } } : {}),
        content: text,
      })),
      NAME,
    );
    const document = toText(Y.encodeStateAsUpdate(made));
    const texts = textsOf(made.getXmlFragment(NAME));
    const updates = [];
    made.on("update", (update) => updates.push(toText(update)));
    for (let i = 0; i < edits; i++)
      texts[Math.floor(((i + 0.5) * texts.length) / edits)].insert(2, "edited ");
    return { document, edits: updates };
  },
  async load(bytes) {
    doc = new Y.Doc();
    Y.applyUpdate(doc, toBytes(bytes));
    awareness = new Awareness(doc);
    for (let i = 0; i < PEOPLE; i++) {
      const other = new Awareness(new Y.Doc());
      other.setLocalStateField("user", { name: `Person ${i + 1}`, color: "#aa5522" });
      others.push(other);
    }
  },
  async open() {
    const root = createRoot(document.querySelector("main"));
    const editor = await new Promise((done) => root.render(<Editing onReady={done} />));
    await new Promise((done) => {
      const look = () => {
        if (document.querySelector(".bn-editor[contenteditable=true]")) done();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    shown = editor;
  },
  isWhole: () => window.bench.texts().length >= textsOf(doc.getXmlFragment(NAME)).length,
  moveCaret(person, block, offset) {
    const view = shown.prosemirrorView;
    const { type, binding } = ySyncPluginKey.getState(view.state);
    const element = window.bench.texts()[block];
    const place = absolutePositionToRelativePosition(
      view.posAtDOM(element, 0) + offset,
      type,
      binding.mapping,
    );
    const other = others[person];
    other.setLocalStateField("cursor", { anchor: place, head: place });
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(other, [other.clientID]), "network");
  },
  apply(edit) {
    const update = toBytes(edit);
    const from = performance.now();
    Y.applyUpdate(doc, update, "network");
    return performance.now() - from;
  },
  texts: () => [...document.querySelectorAll(".bn-block-content .bn-inline-content")],
  held() {
    const texts = (blocks) =>
      blocks.flatMap(({ content, children }) => [
        content.map(({ text }) => text).join(""),
        ...texts(children),
      ]);
    return texts(yDocToBlocks(shown, doc, NAME));
  },
};
